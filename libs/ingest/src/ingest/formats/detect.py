"""Whose columns a file of orders has, found by its header."""

import csv
from itertools import chain
from typing import Final

from ingest.formats import registry
from ingest.formats.model import ImportFormat
from ingest.sources import FileKind, ImportFile

PEEK_BYTES: Final = 64 * 1024
"""A header is looked for in so many bytes at most."""


def format_of(file: ImportFile) -> tuple[ImportFormat, ImportFile]:
    """The format of a file of orders, and the file with the bytes that were looked at put back.

    Of formats whose columns it has, the one that names the most. What has the columns of none has
    the fallback, and is told what is wrong with it.
    """
    blocks = iter(file.blocks)
    seen: list[bytes] = []
    length = 0
    for block in blocks:
        seen.append(block)
        length += len(block)
        if b"\n" in block or length > PEEK_BYTES:
            break
    first = b"".join(seen).partition(b"\n")[0].decode("utf-8-sig", errors="replace")
    try:
        names = next(csv.reader([first[:PEEK_BYTES]]), [])
    except csv.Error:
        names = []
    known = {" ".join(name.split()).casefold() for name in names}
    return _recognised(known), ImportFile(file.name, chain(seen, blocks))


def _recognised(names: set[str]) -> ImportFormat:
    found = [
        each for each in registry.FORMATS.values() if each.files[FileKind.ORDERS].signs <= names
    ]
    signs = [len(each.files[FileKind.ORDERS].signs) for each in found]
    return found[signs.index(max(signs))] if found else registry.FALLBACK
