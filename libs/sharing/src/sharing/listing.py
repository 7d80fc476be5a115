"""Listing the share ledger: a tenant's links, newest first, a page at a time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, not_, or_, select, true

from common.db.accounts import Admin
from common.db.pagination import Cursor, Order, Page, Paging, page_of
from common.db.shares import Share
from common.db.tenancy import TenantDb
from common.http.problem import Problem
from common.reports import registry
from sharing.boards import shows

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When a link was last looked at that nobody has opened."""


class ShareOrder(StrEnum):
    """What comes first in a list of links."""

    NEWEST = "newest"
    ENDING = "ending"
    VIEWED = "viewed"


_ORDERS: Final = {
    ShareOrder.NEWEST: Order(Share.issued_at, Share.id),
    ShareOrder.ENDING: Order(Share.expires_at, Share.id, ascending=True),
    ShareOrder.VIEWED: Order(func.coalesce(Share.last_viewed_at, _NEVER), Share.id),
}


class LedgerError(Problem):
    """The ledger does not answer that."""


class ShareNotFoundError(LedgerError):
    """The tenant has no entry of that id; the answer does not tell whether another has."""

    status = HTTPStatus.NOT_FOUND
    type = "share-not-found"
    title = "Share not found"

    def __init__(self, share_id: object) -> None:
        super().__init__("There is no such share.")
        self.share_id = share_id


class ShareState(StrEnum):
    """What has become of a link; the first that holds of revoked, expired and retired.

    A retired link's key is no longer in use: it does not open, and would again with its key.
    """

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class StateContext:
    """What decides on a link's state beside its entry: the moment, and the keys that are in use.

    ``key_ids`` is None where the keys are not known: then no link counts as retired.
    """

    now: datetime
    key_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry of the ledger; ``creator`` is the e-mail address of an admin, or another name."""

    share: Share
    creator: str | None
    state: ShareState


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Instants from ``start`` to before ``end``; None is open."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShareFilter:
    """Which entries are wanted; None and an open span take all.

    ``ended`` takes those that open no more, whatever ended them, or the others; ``text`` those
    whose report, issuer or label has it in its name.
    """

    state: ShareState | None = None
    ended: bool | None = None
    text: str | None = None
    report: str | None = None
    period: str | None = None
    creator: str | None = None
    created: TimeRange = TimeRange()
    expires: TimeRange = TimeRange()


def list_shares(
    db: TenantDb,
    paging: Paging,
    wanted: ShareFilter = ShareFilter(),
    *,
    given: StateContext,
    order: ShareOrder = ShareOrder.NEWEST,
) -> Page[LedgerEntry]:
    """The tenant's entries that are wanted: newest first, ending soonest, or viewed last.

    A cursor is a place in the list of one ``order``.
    """
    query = _ORDERS[order].select(_entries(db.tenant_id).where(*_conditions(wanted, given)), paging)
    with db.transaction() as session:
        rows = session.execute(query).all()
    return page_of(
        rows,
        paging,
        lambda row: _entry(row, given),
        lambda entry: _place(entry.share, order),
    )


def _place(share: Share, order: ShareOrder) -> Cursor:
    if order is ShareOrder.ENDING:
        return Cursor(share.expires_at, share.id)
    if order is ShareOrder.VIEWED:
        return Cursor(share.last_viewed_at or _NEVER, share.id)
    return Cursor(share.issued_at, share.id)


def get_share(db: TenantDb, share_id: UUID, *, given: StateContext) -> LedgerEntry:
    """One entry of the tenant.

    Raises:
        ShareNotFoundError: the tenant has no such entry.
    """
    with db.transaction() as session:
        row = session.execute(_entries(db.tenant_id).where(Share.id == share_id)).one_or_none()
    if row is None:
        raise ShareNotFoundError(share_id)
    return _entry(row, given)


def _entries(tenant_id: int) -> Select[Share, str]:
    return (
        select(Share, Admin.email)
        .outerjoin(Admin, Admin.id == Share.created_by)
        .where(Share.tenant_id == tenant_id)
    )


def _conditions(wanted: ShareFilter, given: StateContext) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.report is not None:
        conditions.append(shows(wanted.report))
    if wanted.period is not None:
        conditions.append(Share.period == wanted.period)
    if wanted.state is not None:
        conditions.append(in_state(wanted.state, given))
    if wanted.ended is not None:
        live = in_state(ShareState.ACTIVE, given)
        conditions.append(not_(live) if wanted.ended else live)
    if wanted.text is not None:
        conditions.append(_named(wanted.text))
    if wanted.creator is not None:
        email = wanted.creator.strip().lower()
        conditions.append(or_(Admin.email == email, Share.creator == wanted.creator))
    for column, span in ((Share.issued_at, wanted.created), (Share.expires_at, wanted.expires)):
        if span.start is not None:
            conditions.append(column >= span.start)
        if span.end is not None:
            conditions.append(column < span.end)
    return conditions


def _named(words: str) -> ColumnElement[bool]:
    found = words.casefold()
    reports = [
        each.slug
        for each in registry.REPORTS.values()
        if found in each.title.casefold() or found in each.slug
    ]
    names = (Admin.email, Share.creator, Share.label)
    return or_(
        *map(shows, reports),
        *(column.icontains(words, autoescape=True) for column in names),
    )


def in_state(state: ShareState, given: StateContext) -> ColumnElement[bool]:
    """The condition of a link that is in that state."""
    if state is ShareState.REVOKED:
        return Share.revoked_at.is_not(None)
    if state is ShareState.EXPIRED:
        return and_(Share.revoked_at.is_(None), Share.expires_at <= given.now)
    known = true() if given.key_ids is None else Share.key_id.in_(given.key_ids)
    opens = known if state is ShareState.ACTIVE else ~known
    return and_(Share.revoked_at.is_(None), Share.expires_at > given.now, opens)


def _entry(row: Row[Share, str], given: StateContext) -> LedgerEntry:
    share, email = row
    return LedgerEntry(share, email or share.creator, _state(share, given))


def _state(share: Share, given: StateContext) -> ShareState:
    if share.revoked_at is not None:
        return ShareState.REVOKED
    if share.expires_at <= given.now:
        return ShareState.EXPIRED
    if given.key_ids is not None and share.key_id not in given.key_ids:
        return ShareState.RETIRED
    return ShareState.ACTIVE
