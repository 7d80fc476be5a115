"""Choosing days: the form of a page that posts two days of the calendar, for its range's address.

A form that is got would put them in a query string, which changes nothing here; posted, they are
answered with the address that has them in its path. No report is computed for it, and none shown.
"""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from starlette.types import Receive

from common.links.ranges import Range, parse_range
from report_viewer.endpoints.request_body import read_body
from report_viewer.http.cache_control import NEVER_STORED
from report_viewer.http.response import Response, WireResponse
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.links.request import ReportRequest
from report_viewer.links.urls import ReportUrl
from report_viewer.loading.loader import ReportLoader
from report_viewer.loading.redis_store import STATE, Snapshot
from report_viewer.problems.errors import InvalidRangeError, NoSuchPathError

MOST_BYTES: Final = 512
_FIELDS: Final = 4


class DayChooser:
    """Takes days that readers choose."""

    def __init__(self, loader: ReportLoader, security: SecurityHeaders) -> None:
        self._loader = loader
        self._headers = (NEVER_STORED, *security.data())

    async def choose(self, request: ReportRequest, receive: Receive) -> WireResponse:
        """The address of the page that shows the days of the body, beside what it was beside.

        Raises:
            LinkError: the link does not open.
            NoSuchPathError: it does not let its readers choose days of the calendar.
            InvalidRangeError: the body has none, or such as the link does not show.
            ViewerError: that cannot be told.
        """
        snapshot = await self._loader.load(request, STATE)
        if not snapshot.options.ranges:
            raise NoSuchPathError
        typed = _typed(await read_body(receive, most_bytes=MOST_BYTES))
        refused = InvalidRangeError(
            request.url.as_shared.path.decode("ascii"),
            request.url.other_days.path.decode("ascii") if _offers_any(snapshot) else "",
            typed,
        )
        days = parse_range("..".join(typed))
        if days is None:
            raise refused
        choice = replace(request.url.choice, days=days)
        wanted = replace(request, claims=replace(request.claims, choice=choice))
        try:
            await self._loader.load(wanted, STATE)
        except NoSuchPathError:
            raise refused from None
        page = ReportUrl(request.token, choice=choice)
        location = (b"location", page.path)
        return WireResponse(Response(HTTPStatus.SEE_OTHER, (*self._headers, location), b""))


def _offers_any(snapshot: Snapshot) -> bool:
    return Range.CUSTOM in snapshot.options.ranges


def _typed(body: bytes) -> tuple[str, str]:
    """The days of a form as they were typed; empty for one that was not, or for two of a kind."""
    try:
        fields: Mapping[str, list[str]] = parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_FIELDS,
        )
    except ValueError:
        return "", ""
    first, last = (fields.get(name, [""]) for name in ("first", "last"))
    return (first[0] if len(first) == 1 else "", last[0] if len(last) == 1 else "")
