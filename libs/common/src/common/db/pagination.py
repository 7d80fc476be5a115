"""Lists that are read in the order of an instant, mostly newest first, a page at a time.

A page ends in a cursor, the place of its last item by instant and id: what is written meanwhile
moves nothing, and no page is more expensive than the first.
"""

import base64
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, Generic, Self, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from common.http.problem import Problem

_PLACE: Final = struct.Struct(">q16s")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

T = TypeVar("T")
R = TypeVar("R")


class InvalidCursorError(Problem):
    """The text is no cursor of ours."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-parameter"
    title = "Invalid parameter"
    fixed_detail = "A parameter is not valid."

    def __init__(self) -> None:
        super().__init__("is not a cursor of this list")

    @property
    def errors(self) -> list[dict[str, str]]:
        """The parameter that cursors are in."""
        return [{"parameter": "cursor", "detail": str(self)}]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place of an item in its list."""

    at: datetime
    item_id: UUID

    def encode(self) -> str:
        """The cursor as clients carry it."""
        microseconds = (self.at - _EPOCH) // _MICROSECOND
        place = _PLACE.pack(microseconds, self.item_id.bytes)
        return base64.urlsafe_b64encode(place).decode("ascii")

    @classmethod
    def decode(cls, text: str) -> Self:
        """The cursor that clients carried.

        Raises:
            InvalidCursorError: not one of ours.
        """
        try:
            microseconds, item_id = _PLACE.unpack(
                base64.b64decode(text, altchars=b"-_", validate=True)
            )
            cursor = cls(_EPOCH + microseconds * _MICROSECOND, UUID(bytes=item_id))
        except (struct.error, ValueError, OverflowError):  # not base64 is a ValueError
            raise InvalidCursorError from None
        if cursor.encode() != text:
            raise InvalidCursorError
        return cursor


@dataclass(frozen=True, slots=True)
class Paging:
    """At most how many items are wanted, and from where on."""

    limit: int
    after: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list; ``next`` is None at its end."""

    items: tuple[T, ...]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is ordered by: an instant, and an id among those of one instant.

    The latest is first, unless it is ``ascending``.
    """

    at: ColumnElement[datetime] | InstrumentedAttribute[datetime]
    item_id: InstrumentedAttribute[UUID]
    ascending: bool = False

    def select(self, query: Select[*tuple[Any, ...]], paging: Paging) -> Select[*tuple[Any, ...]]:
        """``query`` for the items of a page, and one more if the list goes on."""
        columns = (self.at, self.item_id)
        order = (each.asc() if self.ascending else each.desc() for each in columns)
        query = query.order_by(*order).limit(paging.limit + 1)
        if paging.after is None:
            return query
        place, last = tuple_(*columns), tuple_(paging.after.at, paging.after.item_id)
        return query.where(place > last if self.ascending else place < last)


def page_of(
    rows: Sequence[R], paging: Paging, item: Callable[[R], T], place: Callable[[T], Cursor]
) -> Page[T]:
    """The page that ``rows`` are, which were selected by an ``Order``."""
    items = tuple(map(item, rows[: paging.limit]))
    return Page(items, place(items[-1]) if len(rows) > paging.limit else None)
