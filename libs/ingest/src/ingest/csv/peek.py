"""Look at a file's header and put the bytes that were looked at back."""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from ingest.csv.formulas import literal
from ingest.csv.headers import folded

PEEK_BYTES: Final = 64 * 1024
"""A header is looked for in so many bytes at most."""
_LINE_END: Final = re.compile(rb"[\r\n]")


def header_names(blocks: Iterable[bytes]) -> tuple[frozenset[str], Iterator[bytes]]:
    """The names of a file's columns, as ``folded`` has them, and all its blocks."""
    coming = iter(blocks)
    seen: list[bytes] = []
    length = 0
    for block in coming:
        seen.append(block)
        length += len(block)
        if _LINE_END.search(block) or length > PEEK_BYTES:
            break
    first = _LINE_END.split(b"".join(seen), 1)[0].decode("utf-8-sig", errors="replace")
    try:
        names = next(csv.reader([first[:PEEK_BYTES]]), [])
    except csv.Error:
        names = []
    return frozenset(folded(literal(name)) for name in names), chain(seen, coming)
