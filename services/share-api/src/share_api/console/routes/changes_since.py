"""Routes of what has changed since a link was frozen: for admins, whatever its readers may see."""

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from accounts.permissions import Permission
from share_api.console.framing import framed
from share_api.console.pages import page
from share_api.console.routes.links import LINKS
from share_api.console.views.changes_since import drawn_changes
from share_api.console.views.links import LinkView, view_of
from share_api.console.visit import CurrentVisit, Visit
from share_api.routes.permissions import needs
from share_api.routes.shares import parse_id, state_context
from sharing.boards import reports_of
from sharing.listing import get_share

router = APIRouter()
_READS: Final = [needs(Permission.SHARES_READ)]
_ONE: Final = f"{LINKS}/{{share_id}}/changed"


@router.get(_ONE, dependencies=_READS)
def show_changes(share_id: str, visit: CurrentVisit, report: str = "") -> Response:
    """What has changed of one of the link's reports, the one that opens first unless it is said."""
    link = _link(visit, share_id)
    shown, reports = report or link.share.report, reports_of(link.share)
    if shown not in reports:
        raise HTTPException(404)
    return page(
        visit, "changes_since.html", "links", framing=True, link=link, shown=shown, reports=reports
    )


@router.get(f"{_ONE}/{{report}}", dependencies=_READS)
def show_changes_page(share_id: str, report: str, visit: CurrentVisit) -> Response:
    """The page in its frame, or that the report of now is being prepared."""
    share = _link(visit, share_id).share
    if report not in reports_of(share):
        raise HTTPException(404)
    return framed(visit, lambda brand: drawn_changes(visit, share, report, brand))


def _link(visit: Visit, share_id: str) -> LinkView:
    """A link of the shop that is frozen, and opens."""
    found = get_share(visit.db, parse_id(share_id), given=state_context(visit.container))
    link = view_of(visit, found)
    if not link.changes:
        raise HTTPException(404)
    return link
