import contextlib
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.db.pagination import Cursor, InvalidCursorError


def test_a_cursor_comes_back_as_it_was() -> None:
    cursor = Cursor(datetime(2026, 4, 25, 1, 2, 3, 456789, tzinfo=UTC), uuid4())
    assert Cursor.decode(cursor.encode()) == cursor


@given(st.text(max_size=50) | st.binary(min_size=24, max_size=24).map(bytes.hex))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidCursorError):
        assert Cursor.decode(text).encode() == text


@pytest.mark.parametrize("text", ["", "x", "A" * 31, "A" * 32 + "==", "f+" * 16, "\ud800" * 32])
def test_what_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidCursorError):
        Cursor.decode(text)
