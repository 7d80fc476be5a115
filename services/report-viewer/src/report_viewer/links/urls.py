"""What an address below /api/reports asks for, read from the path as it was sent.

The raw path decides: an escaped character is no spelling of a token, and an escaped slash does not
move the borders between segments.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import unquote_to_bytes

from report_viewer.problems.errors import MissingTokenError, NoSuchPathError, WrongMethodError

PREFIX: Final = b"/api/reports"


class Part(Enum):
    """What there is of a report, by what follows the token."""

    PAGE = b""
    CSV = b"/csv"
    VIEW = b"/view"
    """Where a page says that somebody sees it."""

    @property
    def methods(self) -> tuple[str, ...]:
        """How it is asked."""
        return ("POST",) if self is Part.VIEW else ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Target:
    """A part of a report, by the token as the address spells it."""

    token: str
    part: Part = Part.PAGE

    @property
    def csv(self) -> bool:
        """Whether the CSV is asked for."""
        return self.part is Part.CSV

    @property
    def path(self) -> bytes:
        """The address's one spelling, raw."""
        return b"%b/%b%b" % (PREFIX, self.token.encode(), self.part.value)


def is_report_path(path: bytes) -> bool:
    """Whether the raw ``path`` is /api/reports or something below it."""
    return path.startswith(PREFIX) and path[len(PREFIX) : len(PREFIX) + 1] in {b"", b"/"}


def parse(path: bytes, method: str) -> Target:
    """What a request asks for. ``path`` is raw and is a report path.

    Who reads without a token is told so, whatever part is asked for: there is nothing yet that
    could have methods of its own.

    Raises:
        NoSuchPathError: segments after the token other than those of a part.
        WrongMethodError: not how the part is asked.
        MissingTokenError: the token's place is empty or blank.
    """
    token, slash, rest = path[len(PREFIX) + 1 :].partition(b"/")
    blank = not unquote_to_bytes(token).strip()
    if blank and method in Part.PAGE.methods:
        raise MissingTokenError
    part = _PARTS.get(slash + rest)
    if part is None and not blank:
        raise NoSuchPathError
    part = part or Part.PAGE
    if method not in part.methods:
        raise WrongMethodError(part.methods)
    if blank:
        raise MissingTokenError
    return Target(token.decode("ascii", errors="replace"), part)


_PARTS: Final = {part.value: part for part in Part}
