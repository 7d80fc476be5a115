"""Routes of links: the table of the ledger, a link, and its address again."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from accounts.permissions import Permission
from common.db.pagination import Cursor, InvalidCursorError
from common.instants import now
from common.reports import registry
from share_api.console.pages import page, redirect
from share_api.console.views.boards import board_titles, board_trait
from share_api.console.views.daily_views import drawn_views
from share_api.console.views.links import (
    LinksWanted,
    LinkView,
    Shown,
    links_of,
    password_rule,
    view_of,
)
from share_api.console.views.qr_code import qr_svg
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.routes.permissions import needs
from share_api.routes.shares import csv_response, parse_id, state_context, tell_address
from sharing.addressing import address_of
from sharing.issue_errors import LinkOverError, LinkPasswordError
from sharing.ledger_csv import ledger_csv
from sharing.link_address import base_url_of
from sharing.listing import ShareOrder, get_share
from sharing.passwords import change_password

router = APIRouter()
LINKS: Final = "/admin/links"
_JUST_MADE: Final = timedelta(minutes=15)
_LONGEST_SEARCH: Final = 100


def _wanted(
    show: Annotated[str, Query()] = Shown.LIVE,
    find: Annotated[str, Query()] = "",
    report: Annotated[str, Query()] = "",
    order: Annotated[str, Query()] = ShareOrder.NEWEST,
    cursor: Annotated[str, Query()] = "",
) -> LinksWanted:
    """What of the table is wanted; what cannot be read shows it from its beginning."""
    try:
        after = Cursor.decode(cursor) if cursor else None
    except InvalidCursorError:
        after = None
    return LinksWanted(
        shown=Shown(show) if show in set(Shown) else Shown.LIVE,
        find=find.strip()[:_LONGEST_SEARCH].replace("\0", ""),
        report=report if report in registry.REPORTS else "",
        order=ShareOrder(order) if order in set(ShareOrder) else ShareOrder.NEWEST,
        after=after,
    )


Wanted = Annotated[LinksWanted, Depends(_wanted)]


@router.get(LINKS, dependencies=[needs(Permission.SHARES_READ)])
def show_links(visit: CurrentVisit, wanted: Wanted, done: str = "") -> Response:
    """The table of the ledger."""
    links, reports = links_of(visit, wanted), registry.implemented()
    return page(visit, "links.html", "links", links=links, done=done, reports=reports)


@router.get(f"{LINKS}/csv", dependencies=[needs(Permission.SHARES_READ)])
def download(visit: CurrentVisit, wanted: Wanted) -> Response:
    """The links that the table shows, all of its pages, as CSV; newest first."""
    return csv_response(ledger_csv(visit.db, wanted.filter, given=state_context(visit.container)))


@router.get(f"{LINKS}/{{share_id}}", dependencies=[needs(Permission.SHARES_READ)])
def show_link(share_id: str, visit: CurrentVisit, unlock: str = "") -> Response:
    """A link. Its address stands there for a while for who has just made it.

    With ``unlock`` it asks whether its password is to go.
    """
    given = state_context(visit.container)
    found = get_share(visit.db, parse_id(share_id), given=given)
    address = _address_if_just_made(visit, view_of(visit, found))
    return _link_page(visit, view_of(visit, found), address, ready=True, unlock=bool(unlock))


@router.post(f"{LINKS}/{{share_id}}/address", dependencies=[needs(Permission.SHARES_WRITE)])
def show_address(share_id: str, visit: CurrentVisit, _: CheckedForm) -> Response:
    """The link with its address, which was asked for again; of one that has ended without."""
    given = state_context(visit.container)
    found = get_share(visit.db, parse_id(share_id), given=given)
    try:
        told = tell_address(share_id, visit.actor, visit.db, visit.container)
    except LinkOverError:
        return redirect(f"{LINKS}/{share_id}")
    return _link_page(visit, view_of(visit, found), told.url)


@router.post(f"{LINKS}/{{share_id}}/password", dependencies=[needs(Permission.SHARES_WRITE)])
def set_password(share_id: str, visit: CurrentVisit, form: CheckedForm) -> Response:
    """Let the link ask for another password, or for none; of one that has ended nothing."""
    entry, container = parse_id(share_id), visit.container
    password = None if form.one("remove") else form.one("password")
    try:
        change_password(visit.revocation(), entry, password, container.engine, container.states)
    except LinkPasswordError:
        found = get_share(visit.db, entry, given=state_context(container))
        return _link_page(visit, view_of(visit, found), "", password_rule(visit))
    except LinkOverError:
        pass
    return redirect(f"{LINKS}/{share_id}")


def _address_if_just_made(visit: Visit, link: LinkView) -> str:
    ring, share = visit.container.issuing.ring, link.share
    made_here = share.created_by == visit.author.admin_id
    if ring is None or not link.opens or not made_here or share.issued_at < now() - _JUST_MADE:
        return ""
    if not visit.may_send(f"{LINKS}/{share.id}/address"):
        return ""
    return address_of(share, ring, base_url_of(visit.db, visit.container.issuing))


def _link_page(
    visit: Visit,
    link: LinkView,
    address: str,
    refused: str = "",
    *,
    ready: bool = False,
    unlock: bool = False,
) -> Response:
    """A link; ``ready`` says that its address is shown because it was just made.

    ``unlock`` asks whether its password is to go.
    """
    code = qr_svg(address, visit.words.text("QR code of the link")) if address else ""
    daily = drawn_views(visit, [link.share.link_id]).get(link.share.link_id)
    return page(
        visit,
        "link.html",
        "links",
        400 if refused else 200,
        link=link,
        title=board_titles(visit, link.share),
        board=board_trait(visit, link.share),
        address=address,
        ready=ready,
        code=code,
        daily=daily,
        refused=refused,
        unlock=unlock,
    )
