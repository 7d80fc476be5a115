"""Reading the share ledger: a tenant's links, newest first, a page at a time.

A page ends in a cursor, the place of its last entry: entries written meanwhile move nothing.
"""

import base64
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Row, Select, and_, select, tuple_

from common.db.accounts import Admin
from common.db.shares import Share
from common.db.tenancy import Access, transaction

_PLACE: Final = struct.Struct(">q16s")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class LedgerError(Exception):
    """The ledger does not answer that."""


class ShareNotFoundError(LedgerError):
    """The tenant has no entry of that id; nobody is told whether another has."""

    def __init__(self, share_id: object) -> None:
        super().__init__("There is no such share.")
        self.share_id = share_id


class InvalidCursorError(LedgerError):
    """The text is no cursor of ours."""

    def __init__(self) -> None:
        super().__init__("is not a cursor of this list")


class ShareState(StrEnum):
    """What has become of a link; a recalled one stays recalled when its time is over."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger, with the e-mail address of the admin who issued it."""

    share: Share
    created_by: str | None
    state: ShareState


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place of an entry in the list."""

    issued_at: datetime
    share_id: UUID

    def encode(self) -> str:
        """The cursor as clients carry it."""
        microseconds = (self.issued_at - _EPOCH) // _MICROSECOND
        place = _PLACE.pack(microseconds, self.share_id.bytes)
        return base64.urlsafe_b64encode(place).decode("ascii")

    @classmethod
    def decode(cls, text: str) -> Self:
        """The cursor that clients carried.

        Raises:
            InvalidCursorError: not one of ours.
        """
        try:
            microseconds, share_id = _PLACE.unpack(
                base64.b64decode(text, altchars=b"-_", validate=True)
            )
            cursor = cls(_EPOCH + microseconds * _MICROSECOND, UUID(bytes=share_id))
        except (struct.error, ValueError, OverflowError):  # not base64 is a ValueError
            raise InvalidCursorError from None
        if cursor.encode() != text:
            raise InvalidCursorError
        return cursor


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the list; ``next`` is None at its end."""

    entries: tuple[Entry, ...]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries are wanted, from where on, and at most how many."""

    limit: int
    state: ShareState | None = None
    report: str | None = None
    after: Cursor | None = None


def list_shares(engine: Engine, tenant_id: int, wanted: Selection, *, now: datetime) -> Page:
    """The tenant's entries that are wanted, newest first."""
    query = _entries(tenant_id).order_by(Share.issued_at.desc(), Share.id.desc())
    if wanted.state is not None:
        query = query.where(_in_state(wanted.state, now))
    if wanted.report is not None:
        query = query.where(Share.report == wanted.report)
    if wanted.after is not None:
        place = tuple_(wanted.after.issued_at, wanted.after.share_id)
        query = query.where(tuple_(Share.issued_at, Share.id) < place)
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        rows = session.execute(query.limit(wanted.limit + 1)).all()
    entries = tuple(_entry(row, now) for row in rows[: wanted.limit])
    if len(rows) <= wanted.limit:
        return Page(entries, None)
    return Page(entries, Cursor(entries[-1].share.issued_at, entries[-1].share.id))


def get_share(engine: Engine, tenant_id: int, share_id: UUID, *, now: datetime) -> Entry:
    """One entry of the tenant.

    Raises:
        ShareNotFoundError: the tenant has no such entry.
    """
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        row = session.execute(_entries(tenant_id).where(Share.id == share_id)).one_or_none()
    if row is None:
        raise ShareNotFoundError(share_id)
    return _entry(row, now)


def _entries(tenant_id: int) -> Select[Share, str]:
    return (
        select(Share, Admin.email)
        .outerjoin(Admin, Admin.id == Share.created_by)
        .where(Share.tenant_id == tenant_id)
    )


def _in_state(state: ShareState, now: datetime) -> ColumnElement[bool]:
    if state is ShareState.REVOKED:
        return Share.revoked_at.is_not(None)
    over = Share.expires_at <= now if state is ShareState.EXPIRED else Share.expires_at > now
    return and_(Share.revoked_at.is_(None), over)


def _entry(row: Row[Share, str], now: datetime) -> Entry:
    share, email = row
    if share.revoked_at is not None:
        return Entry(share, email, ShareState.REVOKED)
    state = ShareState.EXPIRED if share.expires_at <= now else ShareState.ACTIVE
    return Entry(share, email, state)
