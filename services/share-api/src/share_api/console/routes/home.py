"""Route of the first page."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from accounts.permissions import Permission
from common.db.imports import ImportState
from share_api.console.own_paths import HOME
from share_api.console.pages import page
from share_api.console.views.activity import last_import
from share_api.console.views.daily_views import today_of
from share_api.console.views.figures import FigureView, figures_of
from share_api.console.views.sales_days import is_old, sold_until
from share_api.console.visit import CurrentVisit
from share_api.imports.listing import list_imports
from share_api.routes.permissions import needs
from share_api.routes.shares import state_context
from sharing.daily_views import views_of_week
from sharing.overview import overview_of
from sharing.switch import sharing_of

router = APIRouter()


_MOST_LOOKS: Final = 6
"""How often a page without a script looks again; each time after twice as long."""
_LOOKS: Final = frozenset(str(number) for number in range(_MOST_LOOKS + 1))


@router.get(HOME, dependencies=[needs(Permission.SHARES_READ)])
def show_home(visit: CurrentVisit, look: str = "") -> Response:
    """The state of the shop at a glance; ``look`` says how often it has looked again by itself."""
    imports = [each for each in list_imports(visit.db) if not each.checked]
    figures, last = figures_of(visit), sold_until(visit)
    return page(
        visit,
        "home.html",
        "home",
        figures=figures,
        waiting=_waiting(figures),
        look=int(look) if look in _LOOKS else 0,
        most_looks=_MOST_LOOKS,
        links=overview_of(visit.db, given=state_context(visit.container)),
        views_of_week=views_of_week(visit.db, today_of(visit)),
        last_import=last_import(visit),
        sold_until=visit.words.calendar.day(last) if last else "",
        failed=bool(imports) and imports[0].state == ImportState.FAILED and imports[0],
        old=last is not None and is_old(visit, last),
        off=sharing_of(visit.db).off_since,
    )


def _waiting(figures: list[FigureView]) -> str:
    """What the figures wait for; empty where all are there."""
    states = [each.state for each in figures]
    return "" if set(states) <= {"ready"} else " ".join(states)
