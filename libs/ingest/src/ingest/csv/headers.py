"""The header of a CSV file: which column stands where, or the one thing that is wrong with it.

A header that cannot be one (another separator, a line in quotes, a mark of Excel's, another kind of
file) is told in one finding, which says what it is.
"""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

from common.http.wording import Wording

_SEPARATORS = {
    ";": Wording("the columns are separated by semicolons: separate them by commas"),
    "\t": Wording("the columns are separated by tabs: separate them by commas"),
    "|": Wording("the columns are separated by bars: separate them by commas"),
}
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_MOST_HINTS = 50
_LONGEST_HINTED = 60
_ANY: Final = "*"
Kinds = Mapping[str, frozenset[str]]
"""The columns that each kind of file is known by, however written, or patterns of them with ``*``,
for files that have none of the columns that must be there; the key says what it is.
"""

BYTE_ORDER_MARK: Final = "\ufeff"
ABOVE_HEADER: Final = Wording(
    "the first line has to name the columns; remove what stands above them"
)
_TITLE: Final = Wording("is no header: %(what)s", what=ABOVE_HEADER)
QUOTED_LINE: Final = Wording(
    "the whole line stands in quotes: save the file as CSV anew, and do not quote lines"
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file: every name that is known, those that must be there, and whether
    others are passed over (they are a fault otherwise).

    With ``spellings``, which are in lower case, names are known in any case too, and written
    together, with spaces, lines or hyphens. ``kinds`` are those of all files, to say what a file is
    that is not of this kind.
    """

    known: tuple[str, ...]
    required: frozenset[str]
    others_pass: bool = False
    spellings: Mapping[str, str] | None = None
    kinds: Kinds = field(default_factory=dict)


@dataclass(slots=True)
class Header:
    """The names of a file's columns as they are known, and the other spellings they came in."""

    names: list[str]
    respelt: dict[str, str] = field(default_factory=dict)

    @property
    def unnamed(self) -> list[int]:
        """The columns without a name."""
        return [place for place, name in enumerate(self.names) if not name]

    def places(self, columns: Columns) -> list[int]:
        """Where each known column stands; behind the last one where it does not."""
        place = {name: at for at, name in reversed(list(enumerate(self.names)))}
        return [place.get(name, len(self.names)) for name in columns.known]


def no_header(cells: Sequence[str], most: int, required: Collection[str]) -> str | None:
    """Why a first line is no header at all."""
    first = cells[0]
    if first.startswith(BYTE_ORDER_MARK):
        return Wording("the file begins with two byte order marks: save it as UTF-8 anew")
    if first.strip().lower().startswith("sep="):
        return Wording("the first line is a note for Excel (sep=) and no header: remove it")
    if len(cells) > most:
        return Wording(
            "has %(columns)s columns: more than %(most)s are not read",
            columns=len(cells),
            most=most,
        )
    for separator, told in _SEPARATORS.items():
        if len(cells) == 1 and separator in first:
            return told
    if len(cells) == 1 and "," in first:
        return QUOTED_LINE
    return _TITLE if len([*filter(str.strip, cells)]) == 1 < len(required) else None


def header_of(cells: Sequence[str], columns: Columns) -> Header:
    """The header in the known spellings."""
    names = [name.strip() for name in cells]
    header = Header(names)
    if columns.spellings is None:
        return header
    there = set(names)
    known = {folded(name): name for name in columns.known}
    known = {folded(spelt): name for spelt, name in columns.spellings.items()} | known
    for at, name in enumerate(names):
        meant = known.get(folded(name))
        if meant is not None and meant != name and meant not in there:
            names[at] = meant
            if name.split() != meant.split():
                header.respelt[name] = meant
    return header


def folded(name: str) -> str:
    """``Order ID``, ``order_id`` and ``OrderId`` are one name."""
    return _BETWEEN_WORDS.sub("", name).casefold()


def check(header: Header, columns: Columns, fault: Callable[[str, str | None], None]) -> None:
    """Tell ``fault`` the reason and the column of all that is wrong with a header."""
    known, there = frozenset(columns.known), frozenset(header.names)
    missing = [name for name in columns.known if name in columns.required and name not in there]
    unknown = [name for name in header.names if name and name not in known]
    foreign = not columns.others_pass and 2 * len(unknown) > len(header.names)
    kind = _kind(header, columns) if missing or foreign else None
    if kind is not None:
        fault(Wording("looks like %(kind)s", kind=kind), None)
        return
    for name, count in Counter(header.names).items():
        if count > 1 and name in known:
            fault(Wording("stands twice in the header"), name)
    for name in missing:
        fault(Wording("the column is missing"), name)
    if columns.others_pass:
        return
    for number, name in enumerate(unknown):
        close: list[str] = []
        if number < _MOST_HINTS and len(name) <= _LONGEST_HINTED:
            close = difflib.get_close_matches(name.lower(), columns.known, 1)
        if close:
            fault(Wording("is no column of this file: is it %(name)s?", name=close[0]), name)
        else:
            fault(Wording("is no column of this file: remove or rename it"), name)


def _kind(header: Header, columns: Columns) -> str | None:
    """What other kind of file it is."""
    written = [*header.names, *header.respelt]
    names = set(map(folded, written))
    ours = set(map(folded, columns.known))
    known = not columns.required.isdisjoint(header.names)
    for kind, signs in columns.kinds.items():
        patterns = {sign for sign in signs if _ANY in sign}
        plain = set(map(folded, signs - patterns))
        if patterns and (known or not all(_any_like(each, written) for each in patterns)):
            continue
        if plain <= names and (patterns or not plain <= ours):
            return kind
    return None


def _any_like(pattern: str, names: Iterable[str]) -> bool:
    return any(fnmatchcase(name.casefold(), pattern) for name in names)
