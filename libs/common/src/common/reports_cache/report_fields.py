"""Fields of a cached report's hash: what it was computed from, its document and its CSV, packed.

What is read back is checked: the cached bytes may be another version's, or anybody's who writes
Redis.
"""

import gzip
import re
from datetime import datetime
from typing import Final

import msgspec
import zstandard

from common.reports.document.gap_header import is_value
from common.reports.document.schema import Document, decode, encode

_CSV_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}\.csv", re.ASCII)
_MOST_DIGITS: Final = 20


class Meta(msgspec.Struct, frozen=True):
    """What a cached report was computed from, and what its CSV is called.

    ``notes`` are its data gaps as a header says them, see ``document.gap_header``; empty for none.
    """

    as_of: datetime
    data_version: int
    computed_at: datetime
    csv_name: str
    notes: str = ""


def is_stale(meta: Meta, data_version: bytes | None) -> bool:
    """Whether the data changed since a report was computed, given what ``data_version_key`` tells.

    A version that is not told, or cannot be read, makes nothing stale.
    """
    return (
        data_version is not None
        and len(data_version) <= _MOST_DIGITS
        and data_version.isdigit()
        and int(data_version) > meta.data_version
    )


class UnreadableReportError(Exception):
    """The cached bytes are not a report of this version; they are worth as much as none."""


def pack(meta: Meta, document: Document, csv: bytes) -> dict[str, bytes]:
    """The fields of a report's hash. ``csv`` is already gzip-compressed."""
    return {**pack_page(meta, document), "csv": csv}


def pack_page(meta: Meta, document: Document) -> dict[str, bytes]:
    """The fields of a report's hash before its CSV is written."""
    return {
        "meta": msgspec.json.encode(meta),
        "document": zstandard.ZstdCompressor(level=3).compress(encode(document)),
        "version": version_of(meta),
    }


def version_of(meta: Meta) -> bytes:
    """The ``version`` field: what ``meta`` says, for Redis to compare."""
    return str(meta.data_version).encode("ascii")


def unpack_meta(data: bytes) -> Meta:
    """The ``meta`` field.

    Raises:
        UnreadableReportError: not written by ``pack``.
    """
    try:
        meta = msgspec.json.decode(data, type=Meta)
    except msgspec.DecodeError as error:
        raise UnreadableReportError(str(error)) from error
    # It goes into headers: whoever writes Redis writes none of them.
    if not (_CSV_NAME.fullmatch(meta.csv_name) and is_value(meta.notes)) or None in {
        meta.as_of.tzinfo,
        meta.computed_at.tzinfo,
    }:
        raise UnreadableReportError("a name, notes or an instant that pack does not write")
    return meta


def unpack_document(data: bytes) -> Document:
    """The ``document`` field.

    Raises:
        UnreadableReportError: not written by ``pack``.
    """
    try:
        return decode(zstandard.ZstdDecompressor().decompress(data))
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        raise UnreadableReportError(str(error)) from error


def unpack_csv(data: bytes) -> bytes:
    """The ``csv`` field, decompressed.

    Raises:
        UnreadableReportError: not gzip.
    """
    try:
        return gzip.decompress(data)
    except (OSError, EOFError) as error:
        raise UnreadableReportError(str(error)) from error
