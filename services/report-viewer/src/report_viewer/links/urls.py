"""URLs of reports: token and resource, parsed from the raw path below /api/reports.

The raw path decides: an escaped character is no spelling of a token, and an escaped slash does not
move the borders between segments.
"""

import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final
from urllib.parse import unquote_to_bytes

from common.links.ranges import ChosenRange, range_of_path
from common.links.reader_choice import AS_SHARED, ReaderChoice
from common.reports.comparison import Comparison
from report_viewer.problems.errors import MissingTokenError, NoSuchPathError, WrongMethodError

PREFIX: Final = b"/api/reports"


class Resource(Enum):
    """The resources of a report, by what follows the token."""

    PAGE = b""
    EMBED = b"/embed"
    """The page in a compact layout, for frames of the sites that its link names."""
    OEMBED = b"/oembed"
    """What a site puts on its own page to frame the report, as oEmbed has it."""
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
    """Where a link's password is posted, below the page that it leads to: ``/changed/unlock``."""
    RANGE = b"/r"
    """Where a reader posts the days of the calendar that a page is to show."""
    CHANGED = b"/changed"
    """What has changed since the report was frozen, beside the one of its days now."""
    CHANGED_CSV = b"/changed/csv"
    CHANGED_DATA = b"/changed/data"
    ROWS = b"/rows"
    """Rows of the CSV by pages, the second of them ``/rows/2``: what a page's script asks for."""

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods allowed on it."""
        return ("POST",) if self in _POSTED else ("GET", "HEAD")

    @property
    def page(self) -> "Resource":
        """The page that goes with it: itself, or that which offers it.

        A browser that is led to a file stays at the page that it was on.
        """
        if self in _PAGES:
            return self
        return Resource.CHANGED if self.is_of_changes else Resource.PAGE

    @property
    def is_of_changes(self) -> bool:
        """Whether it tells what has changed since the report was frozen."""
        return self in _OF_CHANGES

    @property
    def is_rows(self) -> bool:
        """Whether it is the rows of the report as a file, which a link may hide."""
        return self in _OF_ROWS


_OF_ROWS: Final = frozenset({Resource.CSV, Resource.LOCAL_CSV, Resource.ROWS})
_OF_CHANGES: Final = frozenset({Resource.CHANGED, Resource.CHANGED_CSV, Resource.CHANGED_DATA})
_PAGES: Final = frozenset({Resource.PAGE, Resource.EMBED, Resource.CHANGED})
_POSTED: Final = frozenset({Resource.VIEW, Resource.UNLOCK, Resource.RANGE})


@dataclass(frozen=True, slots=True)
class ReportUrl:
    """A resource of a report, by the token as the URL spells it; ``number`` is that of rows.

    ``choice`` is what a reader chose of the link, by the segments below the token. ``locked`` is
    the page that a password which is posted leads to.
    """

    token: str
    resource: Resource = Resource.PAGE
    number: int = 1
    choice: ReaderChoice = AS_SHARED
    locked: Resource = Resource.PAGE

    @property
    def csv(self) -> bool:
        """Whether the CSV is asked for."""
        return self.resource is Resource.CSV

    @property
    def place(self) -> str:
        """Where below the prefix the page is: the token, and what was chosen of it."""
        return f"{self.token}{self.choice.path}"

    @property
    def path(self) -> bytes:
        """The URL's canonical path, raw."""
        number = b"/%d" % self.number if self.number > 1 else b""
        below = self.locked.value if self.resource is Resource.UNLOCK else b""
        return b"%b/%b%b%b%b" % (PREFIX, self.place.encode(), below, self.resource.value, number)

    @property
    def as_shared(self) -> "ReportUrl":
        """The page that the link shows to who chooses nothing."""
        return ReportUrl(self.token)

    @property
    def other_days(self) -> "ReportUrl":
        """Where days are posted, to be shown in place of those of this page."""
        return ReportUrl(self.token, Resource.RANGE, choice=replace(self.choice, days=None))

    @property
    def unlocked(self) -> "ReportUrl":
        """Where the password leads that was posted here."""
        return replace(self, resource=self.locked, locked=Resource.PAGE)

    @property
    def unlock(self) -> "ReportUrl":
        """Where the password of the link is posted by who asked for this."""
        if self.resource is Resource.UNLOCK:
            return self
        return replace(self, resource=Resource.UNLOCK, number=1, locked=self.resource.page)


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
    choice, rest = _choice(slash + rest)
    resource, locked, number = _resource(rest)
    if choice.days is not None and resource is Resource.RANGE:
        resource = None
    if resource is None and not blank:
        raise NoSuchPathError
    resource = resource or Resource.PAGE
    if method not in resource.methods:
        raise WrongMethodError(resource.methods)
    if blank:
        raise MissingTokenError
    return ReportUrl(token.decode("ascii", errors="replace"), resource, number, choice, locked)


def _choice(path: bytes) -> tuple[ReaderChoice, bytes]:
    """What was chosen, by the beginning of a path below the token, and the rest."""
    report, rest = _report(path)
    days, rest = _range(rest)
    against, rest = _comparison(rest)
    return ReaderChoice(report, days, against), rest


def _report(path: bytes) -> tuple[str | None, bytes]:
    """The report at the beginning of a path below the token, and the rest."""
    found = _REPORT.match(path)
    return (None, path) if found is None else (found[1].decode("ascii"), path[found.end() :])


def _range(path: bytes) -> tuple[ChosenRange | None, bytes]:
    """The range at the beginning of a path below the report, and the rest."""
    found = _RANGE.match(path)
    chosen = range_of_path(found[1].decode("ascii")) if found is not None else None
    return (None, path) if found is None or chosen is None else (chosen, path[found.end() :])


def _comparison(path: bytes) -> tuple[Comparison | None, bytes]:
    """The comparison at the beginning of a path below the range, and the rest."""
    found = _AGAINST.match(path)
    if found is None:
        return None, path
    return Comparison(found[1].decode("ascii")), path[found.end() :]


def _resource(path: bytes) -> tuple[Resource | None, Resource, int]:
    """The resource at the end of a path, the page that it unlocks, and the number of its rows."""
    if path.endswith(Resource.UNLOCK.value):
        locked = _RESOURCES.get(path.removesuffix(Resource.UNLOCK.value))
        if locked in _PAGES:
            return Resource.UNLOCK, locked, 1
    if rows := _ROWS.fullmatch(path):
        return Resource.ROWS, Resource.PAGE, int(rows[1])
    return _RESOURCES.get(path), Resource.PAGE, 1


_RESOURCES: Final = {each.value: each for each in Resource}
_REPORT: Final = re.compile(rb"/in/((?=[a-z0-9-]{1,40}(?:/|\Z))[a-z](?:-?[a-z0-9])*)(?=/|\Z)")
_RANGE: Final = re.compile(rb"/r/([a-z0-9.-]{2,24})(?=/|\Z)")
_AGAINST: Final = re.compile(rb"/vs/(%b)(?=/|\Z)" % "|".join(Comparison).encode("ascii"))
_ROWS: Final = re.compile(rb"/rows/([2-9]|[1-9][0-9]{1,5})")
"""One number has one spelling, the first page none."""
