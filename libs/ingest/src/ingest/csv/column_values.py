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

from ingest.csv.column_text import Bytes, Lengths, data, lengths, or_null, trimmed
from ingest.csv.values import LONGEST_ID, LONGEST_TEXT, BadValueError, optional_instant

Column = Any  # pyarrow.Array
Doubt = Any  # numpy.ndarray of bool

INSTANT: Final = pa.timestamp("us", "UTC")
_PLAIN_INSTANT: Final = (
    r"^(19[7-9]\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]"
    r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{3}|\.\d{6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$"
)
_FORMS: Final = {
    len(form): tuple(
        np.frombuffer(form.translate(each).encode(), np.uint8)
        for each in (str.maketrans("?±", "0+"), str.maketrans("?±", "9-"))
    )
    for form in (
        f"????-??-??T??:??:??{fraction}{zone}"
        for fraction in ("", ".???", ".??????")
        for zone in ("Z", "±??:??")
    )
}
"""By their length, the least and the greatest bytes of times that Arrow reads as Python does."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FIRST, _LAST = (
    (datetime(*day, tzinfo=UTC) - _EPOCH) // _MICROSECOND for day in ((1970, 1, 2), (2199, 12, 30))
)
"""In microseconds: wherever the clock stood, what is between is of a year that is taken."""


def mask(column: Column) -> Doubt:
    """A column of truths as an array; null is false."""
    return pc.fill_null(column, fill_value=False).to_numpy(zero_copy_only=False)


def ids(column: Column, *, optional: bool = False) -> tuple[Column, Doubt]:
    """Ids of the shop's own; those that a spreadsheet may have rounded are doubtful."""
    text = trimmed(column)
    sizes = lengths(text)
    doubt = sizes > LONGEST_ID
    bytes_of = data(text).tobytes()
    if b"E+" in bytes_of or b"e+" in bytes_of:
        doubt |= mask(pc.match_substring(text, "e+", ignore_case=True))
    if optional:
        return or_null(text), doubt
    return text, doubt | (sizes == 0)


def words(column: Column) -> tuple[Column, Doubt]:
    """Free text."""
    text = trimmed(column)
    return or_null(text), lengths(text) > LONGEST_TEXT


def numbers(column: Column, convert: Callable[[str], int]) -> tuple[Column, Doubt]:
    """Whole numbers, each text that occurs ``convert``ed once; 0 for what is none."""
    found = column.dictionary_encode()
    texts = found.dictionary.to_pylist()
    values, bad = np.zeros(len(texts), np.int64), np.zeros(len(texts), bool)
    for at, text in enumerate(texts):
        try:
            values[at] = convert(text)
        except BadValueError:
            bad[at] = True
    codes = found.indices.to_numpy()
    return pa.array(values[codes]), bad[codes] if bad.any() else np.zeros(len(codes), bool)


def instants(column: Column) -> tuple[Column, Doubt]:
    """Times that may be left out."""
    raw = trimmed(column)
    text = or_null(raw)
    if not _of_one_form(data(raw), lengths(raw)):
        is_plain = pc.match_substring_regex(text, _PLAIN_INSTANT)
        if not pc.all(is_plain).as_py():  # of those that are there
            return _one_by_one(text)
    try:
        found = pc.cast(text, INSTANT)
    except pa.ArrowInvalid:  # a day that its month does not have
        return _one_by_one(text)
    # As numbers: a time may be one that Python has no name for, such as the year 0.
    span = pc.min_max(found.cast(pa.int64())).as_py()
    if span["min"] is not None and not _FIRST <= span["min"] <= span["max"] <= _LAST:
        return _one_by_one(text)
    return found, np.zeros(len(text), bool)


def _of_one_form(text: Bytes, sizes: Lengths) -> bool:
    """Whether all that is there has the form of the longest."""
    longest = int(sizes.max())
    form = _FORMS.get(longest)
    if form is None or not ((sizes == longest) | (sizes == 0)).all():
        return False
    cells, (least, most) = text.reshape(-1, longest), form
    return bool((cells >= least).all() and (cells <= most).all())


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
