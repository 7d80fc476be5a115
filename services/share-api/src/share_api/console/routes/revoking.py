"""Routes that stop links: those chosen, or every one, after a page that says what stops."""

import json
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from accounts.permissions import Permission
from common.reports import registry
from share_api.console.own_paths import own_path
from share_api.console.pages import page, redirect
from share_api.console.routes.links import LINKS
from share_api.console.views.links import view_of
from share_api.console.visit import CheckedForm, CurrentVisit
from share_api.routes import control, shares
from share_api.routes.permissions import needs
from share_api.routes.shares import parse_id, state_context
from sharing.listing import ShareNotFoundError, get_share
from sharing.overview import overview_of
from sharing.switch import sharing_of

router = APIRouter()
REVOKE: Final = f"{LINKS}/revoke"
REVOKE_ALL: Final = f"{LINKS}/revoke-all"
SHARING: Final = f"{LINKS}/sharing"
_MOST: Final = 100


@router.get(REVOKE, dependencies=[needs(Permission.SHARES_WRITE)])
def confirm(
    visit: CurrentVisit,
    share: Annotated[list[str], Query()] = [],  # noqa: B006 - FastAPI copies it
    back: str = "",
) -> Response:
    """What stops when the chosen links are revoked; ``back`` is where the table was."""
    given = state_context(visit.container)
    found = []
    for each in dict.fromkeys(share[:_MOST]):
        try:
            found.append(view_of(visit, get_share(visit.db, parse_id(each), given=given)))
        except ShareNotFoundError:
            continue
    return page(
        visit,
        "revoke.html",
        "links",
        links=found,
        every=False,
        count=len(found),
        report="",
        back=_table(back),
    )


@router.post(REVOKE, dependencies=[needs(Permission.SHARES_WRITE)])
def revoke_chosen(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Revoke the links of the form; one that another admin has revoked meanwhile stays so."""
    chosen = form.all("share")[:_MOST]
    for each in chosen:
        shares.revoke_link(each, visit.actor, visit.container)
    back = _table(form.one("back"))
    done = "revoked-one" if len(chosen) == 1 else "revoked"
    return redirect(f"{back}{'&' if '?' in back else '?'}done={done}")


def _table(back: str) -> str:
    """The table of links as it was; as it is at first where ``back`` is no address of it."""
    is_table = back.startswith(f"{LINKS}?") and own_path(back) == back
    return back if is_table else LINKS


@router.get(REVOKE_ALL, dependencies=[needs(Permission.SHARES_WRITE)])
def confirm_all(visit: CurrentVisit, report: str = "") -> Response:
    """What stops when every link is revoked, or every one to a report."""
    known = report if report in registry.REPORTS else ""
    given = state_context(visit.container)
    live = overview_of(visit.db, given=given, report=known or None).live
    return page(
        visit, "revoke.html", "links", links=[], every=True, count=live, report=known, back=LINKS
    )


@router.post(REVOKE_ALL, dependencies=[needs(Permission.SHARES_WRITE)])
def revoke_every_link(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Revoke every link, or every one to the report that the form names."""
    report = form.one("report")
    body = json.dumps({"reportType": report} if report else {}).encode()
    shares.revoke_every_link(visit.actor, visit.container, body)
    return redirect(f"{LINKS}?done=revoked")


@router.get(SHARING, dependencies=[needs(Permission.SHARING_WRITE)])
def show_sharing(visit: CurrentVisit) -> Response:
    """Whether the shop shares, and what turning that off stops."""
    live = overview_of(visit.db, given=state_context(visit.container)).live
    return page(visit, "sharing.html", "links", off=sharing_of(visit.db).off_since, count=live)


@router.post(SHARING, dependencies=[needs(Permission.SHARING_WRITE)])
def change_sharing(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Turn sharing off or on."""
    body = b'{"enabled": %b}' % (b"true" if form.one("enabled") == "yes" else b"false")
    control.change_sharing(visit.actor, visit.container, body)
    return redirect(f"{LINKS}?done=sharing")
