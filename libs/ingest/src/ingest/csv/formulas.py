"""Texts that a spreadsheet kept as they are by a formula, ``="#1001"`` or ``="00123"``.

A program writes them so that no number is made of an id; what is meant is the text inside.
"""

import re
from typing import Final

MARK: Final = '="'
"""What a text holds that has any."""
_OF_TEXT: Final = re.compile(r'\s*="((?:[^"]|"")*)"\s*')


def literal(cell: str) -> str:
    """The text that a cell's formula comes to, where it is one of a text alone; else the cell."""
    found = _OF_TEXT.fullmatch(cell) if MARK in cell else None
    return cell if found is None else found[1].replace('""', '"')
