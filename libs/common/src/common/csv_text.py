"""Cells of text in a CSV (RFC 4180) that spreadsheets open right.

Text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP ASVS). Text with
any punctuation that some locale separates cells by is in quotes.
"""

import re
from collections.abc import Iterable
from typing import Final

_FORMULA_SIGNS: Final = (
    "=+-@"
    "\uff1d\uff0b\uff0d\uff20"  # full-width
    "\ufe66\ufe62\ufe63\ufe6b"  # small
    "\u207c\u207a\u208c\u208a"  # superscript and subscript; of minus NFKC makes another sign
    "\u2a75\u2a76\ufb29"
)
"""What begins a formula, and every character that compatibility (NFKC) makes into one of those."""

_FORMULA_START: Final = (*_FORMULA_SIGNS, "\t", "\r", "\n")

_PLAIN: Final = re.compile(r"[\w .'()/&+-]+")
"""Text in which no locale's separator stands: of letters, digits and these. All other is quoted."""


BOM: Final = "\ufeff"
END: Final = "\r\n"


def text_row(cells: Iterable[str | int | None]) -> str:
    """A row of texts and whole numbers, with its end; None is an empty cell."""
    return ",".join(map(cell, cells)) + END


def cell(value: str | int | None) -> str:
    """The cell of a text or a whole number; None is an empty one."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else text_cell(value)


def read_text(cell: str) -> str:
    """The text of a cell of ours, as a reader of CSV gives it: without the apostrophe in front."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_START) else cell


def text_cell(text: str) -> str:
    """The cell of a text; an empty one is in quotes, which tells it from no text."""
    if text.startswith(_FORMULA_START):
        text = f"'{text}"
    return text if _PLAIN.fullmatch(text) else '"{}"'.format(text.replace('"', '""'))
