"""Columns of text as Arrow lays them out: one row of bytes, and where each cell begins in it.

What asks for ends or lengths of cells alone looks there, for all cells at once, and copies nothing.
This module loads Arrow: import it when needed.
"""

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Column = Any  # pyarrow.StringArray without nulls
Bytes = Any  # numpy.ndarray of uint8
Lengths = Any  # numpy.ndarray of int32

_FIRST_VISIBLE: Final = 0x21
_LAST_VISIBLE: Final = 0x7E


def begins(column: Column) -> Any:
    """Where each cell begins in the column's bytes, and where the last one ends."""
    offsets = np.frombuffer(column.buffers()[1], np.int32)
    return offsets[column.offset : column.offset + len(column) + 1]


def lengths(column: Column) -> Lengths:
    """How many bytes each cell has."""
    return np.diff(begins(column))


def data(column: Column) -> Bytes:
    """The bytes of all cells, one after the other."""
    buffer = column.buffers()[2]
    if buffer is None or not len(column):
        return np.empty(0, np.uint8)
    edges = begins(column)
    return np.frombuffer(buffer, np.uint8)[edges[0] : edges[-1]]


def trimmed(column: Column) -> Column:
    """The column without white space at the ends of its cells.

    What is ASCII alone is trimmed without decoding it.
    """
    text = data(column)
    if not len(text) or _is_trim(column, text):
        return column
    trim = pc.ascii_trim_whitespace if text.max() <= _LAST_VISIBLE else pc.utf8_trim_whitespace
    return trim(column)


def _is_trim(column: Column, text: Bytes) -> bool:
    """Whether no cell begins or ends with what may be white space.

    An empty cell has the ends of its neighbours, which are looked at anyway.
    """
    edges = begins(column) - begins(column)[0]
    ends = text.take(edges[:-1], mode="clip"), text.take(edges[1:] - 1, mode="clip")
    return all(each.min() >= _FIRST_VISIBLE and each.max() <= _LAST_VISIBLE for each in ends)


def or_null(column: Column) -> Any:
    """The column with null for what is empty."""
    present = lengths(column) > 0
    if present.all():
        return column
    padded = np.append(np.zeros(column.offset, bool), present)
    valid = pa.py_buffer(np.packbits(padded, bitorder="little"))
    buffers = [valid, *column.buffers()[1:]]
    return pa.Array.from_buffers(pa.string(), len(column), buffers, offset=column.offset)
