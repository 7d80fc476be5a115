"""URLs of reports: token and resource, parsed from the raw path below /api/reports.

The raw path decides: an escaped character is no spelling of a token, and an escaped slash does not
move the borders between segments.
"""

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
    LOCAL_CSV = b"/csv/spreadsheet"
    """The CSV as spreadsheets of the reader's locale expect it."""
    VIEW = b"/view"
    """Where a page posts that it is seen."""

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods allowed on it."""
        return ("POST",) if self is Resource.VIEW else ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class ReportUrl:
    """A resource of a report, by the token as the URL spells it."""

    token: str
    resource: Resource = Resource.PAGE

    @property
    def csv(self) -> bool:
        """Whether the CSV is asked for."""
        return self.resource is Resource.CSV

    @property
    def path(self) -> bytes:
        """The URL's canonical path, raw."""
        return b"%b/%b%b" % (PREFIX, self.token.encode(), self.resource.value)


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
    resource = _RESOURCES.get(slash + rest)
    if resource is None and not blank:
        raise NoSuchPathError
    resource = resource or Resource.PAGE
    if method not in resource.methods:
        raise WrongMethodError(resource.methods)
    if blank:
        raise MissingTokenError
    return ReportUrl(token.decode("ascii", errors="replace"), resource)


_RESOURCES: Final = {each.value: each for each in Resource}
