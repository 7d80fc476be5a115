"""From columns of text to columns of values, by the rules of ``ingest.csv.values``.

Each function answers the values and which cells are none, or none for sure: those go through the
row's own converters, which know the reason. This module loads Arrow: import it when needed.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.csv.values import LONGEST_ID, LONGEST_TEXT, BadValueError, optional_instant

Column = Any  # pyarrow.Array
Doubt = Any  # numpy.ndarray of bool

INSTANT: Final = pa.timestamp("us", "UTC")
_PLAIN_INSTANT: Final = (
    r"^(19[7-9]\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]"
    r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{3}|\.\d{6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def mask(column: Column) -> Doubt:
    """A column of truths as an array; null is false."""
    return pc.fill_null(column, fill_value=False).to_numpy(zero_copy_only=False)


def ids(column: Column, *, optional: bool = False) -> tuple[Column, Doubt]:
    """Ids of the shop's own; those that a spreadsheet may have rounded are doubtful."""
    text, raw = _trimmed(column)
    doubt = pc.greater(pc.binary_length(text), LONGEST_ID)
    if b"E+" in raw:
        doubt = pc.or_(doubt, pc.match_substring(text, "E+"))
    if optional:
        return _or_null(text), mask(doubt)
    return text, mask(pc.or_(doubt, pc.equal(text, "")))


def words(column: Column) -> tuple[Column, Doubt]:
    """Free text."""
    text, _ = _trimmed(column)
    return _or_null(text), mask(pc.greater(pc.binary_length(text), LONGEST_TEXT))


def _trimmed(column: Column) -> tuple[Column, bytes]:
    """A column of text without white space at the ends, and its bytes, perhaps with others'.

    What is ASCII alone is trimmed without decoding it.
    """
    _, _, data = column.buffers()
    raw = data.to_pybytes() if data else b""
    trim = pc.ascii_trim_whitespace if raw.isascii() else pc.utf8_trim_whitespace
    return trim(column), raw


def _or_null(text: Column) -> Column:
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def numbers(column: Column, convert: Callable[[str], int]) -> tuple[Column, Doubt]:
    """Whole numbers, each text that occurs ``convert``ed once."""
    found = column.dictionary_encode()
    values: list[int | None] = []
    for text in found.dictionary.to_pylist():
        try:
            values.append(convert(text))
        except BadValueError:
            values.append(None)
    taken = pc.take(pa.array(values, pa.int64()), found.indices)
    return taken, mask(pc.is_null(taken))


def instants(column: Column) -> tuple[Column, Doubt]:
    """Times that may be left out."""
    text = _or_null(_trimmed(column)[0])
    is_plain = pc.match_substring_regex(text, _PLAIN_INSTANT)
    others = pc.invert(pc.fill_null(is_plain, fill_value=True))
    if not pc.any(others).as_py():
        try:
            return pc.cast(text, INSTANT), np.zeros(len(text), bool)
        except pa.ArrowInvalid:  # a day that its month does not have
            return _one_by_one(text)
    return _one_by_one(text)


def _one_by_one(column: Column) -> tuple[Column, Doubt]:
    found = column.dictionary_encode()
    values: list[int | None] = []
    for text in found.dictionary.to_pylist():
        try:
            value = optional_instant(text)
        except BadValueError:
            value = None
        values.append(None if value is None else (value - _EPOCH) // _MICROSECOND)
    taken = pc.take(pa.array(values, pa.int64()).cast(INSTANT), found.indices)
    return taken, mask(pc.and_(pc.is_null(taken), pc.is_valid(column)))
