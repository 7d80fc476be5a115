"""What an address below /api/reports asks for, read from the path as it was sent.

The raw path decides: an escaped character is no spelling of a token, and an escaped slash does not
move the borders between segments.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from report_viewer.errors import MissingTokenError, NoSuchPathError, WrongMethodError

PREFIX: Final = b"/api/reports"
_READING: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Target:
    """A report's page, or its CSV, by the token as the address spells it."""

    token: str
    csv: bool

    @property
    def path(self) -> bytes:
        """The address's one spelling, raw."""
        return b"%b/%b%b" % (PREFIX, self.token.encode(), b"/csv" if self.csv else b"")


def is_report_path(path: bytes) -> bool:
    """Whether the raw ``path`` is /api/reports or something below it."""
    return path.startswith(PREFIX) and path[len(PREFIX) : len(PREFIX) + 1] in {b"", b"/"}


def parse(path: bytes, method: str) -> Target:
    """What a request asks for. ``path`` is raw and is a report path.

    Raises:
        NoSuchPathError: segments after the token other than ``csv``.
        WrongMethodError: anything but GET and HEAD.
        MissingTokenError: the token's place is empty or blank.
    """
    token, *rest = path[len(PREFIX) + 1 :].split(b"/")
    blank = not unquote_to_bytes(token).strip()
    if rest not in ([], [b"csv"]) and not blank:
        raise NoSuchPathError
    if method not in _READING:
        raise WrongMethodError
    if blank:
        raise MissingTokenError
    return Target(token.decode("ascii", errors="replace"), csv=bool(rest))
