"""Whose columns a file of orders has, found by its header."""

import csv
from itertools import chain

from ingest.sources import Format, ImportFile

_PEEK = 64 * 1024
_SHOPIFY = frozenset({"lineitem quantity", "lineitem name", "lineitem price"})


def format_of(file: ImportFile) -> tuple[Format, ImportFile]:
    """The format of a file of orders, and the file with the bytes that were looked at put back.

    What has the columns of no platform has the import format, and is told what is wrong with it.
    """
    blocks = iter(file.blocks)
    seen: list[bytes] = []
    length = 0
    for block in blocks:
        seen.append(block)
        length += len(block)
        if b"\n" in block or length > _PEEK:
            break
    first = b"".join(seen).partition(b"\n")[0].decode("utf-8-sig", errors="replace")
    try:
        names = next(csv.reader([first[:_PEEK]]), [])
    except csv.Error:
        names = []
    known = {" ".join(name.split()).casefold() for name in names}
    found = Format.SHOPIFY if known >= _SHOPIFY else Format.OWN
    return found, ImportFile(file.name, chain(seen, blocks))
