"""URLs of reports: token and resource, parsed from the raw path below /api/reports.

The raw path decides: an escaped character is no spelling of a token, and an escaped slash does not
move the borders between segments.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import unquote_to_bytes

from report_viewer.problems.errors import MissingTokenError, NoSuchPathError, WrongMethodError

PREFIX: Final = b"/api/reports"


class Resource(Enum):
    """The resources of a report, by what follows the token."""

    PAGE = b""
    CSV = b"/csv"
    DATA = b"/data"
    """The report as JSON."""
    XLSX = b"/xlsx"
    PDF = b"/pdf"
    LOCAL_CSV = b"/csv/spreadsheet"
    """The CSV as spreadsheets of the reader's locale expect it."""
    VIEW = b"/view"
    """Where a page posts that it is seen."""
    UNLOCK = b"/unlock"
    """Where a link's password is posted."""
    ROWS = b"/rows"
    """Rows of the CSV by pages, the second of them ``/rows/2``: what a page's script asks for."""

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods allowed on it."""
        return ("POST",) if self in {Resource.VIEW, Resource.UNLOCK} else ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class ReportUrl:
    """A resource of a report, by the token as the URL spells it; ``number`` is that of rows."""

    token: str
    resource: Resource = Resource.PAGE
    number: int = 1

    @property
    def csv(self) -> bool:
        """Whether the CSV is asked for."""
        return self.resource is Resource.CSV

    @property
    def path(self) -> bytes:
        """The URL's canonical path, raw."""
        number = b"/%d" % self.number if self.number > 1 else b""
        return b"%b/%b%b%b" % (PREFIX, self.token.encode(), self.resource.value, number)


def is_report_path(path: bytes) -> bool:
    """Whether the raw ``path`` is /api/reports or something below it."""
    return path.startswith(PREFIX) and path[len(PREFIX) : len(PREFIX) + 1] in {b"", b"/"}


def parse(path: bytes, method: str) -> ReportUrl:
    """What a request asks for. ``path`` is raw and is a report path.

    A GET without a token is refused for that, whatever resource it names: there is nothing yet that
    could have methods of its own.

    Raises:
        NoSuchPathError: segments after the token other than those of a resource.
        WrongMethodError: not a method of the resource.
        MissingTokenError: the token is empty or blank.
    """
    token, slash, rest = path[len(PREFIX) + 1 :].partition(b"/")
    blank = not unquote_to_bytes(token).strip()
    if blank and method in Resource.PAGE.methods:
        raise MissingTokenError
    resource, number = _resource(slash + rest)
    if resource is None and not blank:
        raise NoSuchPathError
    resource = resource or Resource.PAGE
    if method not in resource.methods:
        raise WrongMethodError(resource.methods)
    if blank:
        raise MissingTokenError
    return ReportUrl(token.decode("ascii", errors="replace"), resource, number)


def _resource(path: bytes) -> tuple[Resource | None, int]:
    if rows := _ROWS.fullmatch(path):
        return Resource.ROWS, int(rows[1])
    return _RESOURCES.get(path), 1


_RESOURCES: Final = {each.value: each for each in Resource}
_ROWS: Final = re.compile(rb"/rows/([2-9]|[1-9][0-9]{1,5})")
"""One number has one spelling, the first page none."""
