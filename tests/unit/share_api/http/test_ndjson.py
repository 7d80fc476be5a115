"""NDJSON is split at its line feeds, however it arrives, and a line that never ends is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from share_api.http.ndjson import LONGEST_LINE, LineSplitter, LineTooLongError, is_ndjson


@given(st.lists(st.binary(max_size=8).map(lambda each: each.replace(b"x", b"\n")), max_size=12))
def test_pieces_make_no_difference(pieces: list[bytes]) -> None:
    splitter = LineSplitter()
    found = [line for piece in pieces for line in splitter.feed(piece)]
    found += splitter.end()
    lines = b"".join(pieces).split(b"\n")
    assert found == (lines if lines[-1] else lines[:-1])


@pytest.mark.parametrize("before", [b"", b"x" * LONGEST_LINE, b"x\n" + b"x" * LONGEST_LINE])
def test_a_line_is_bounded(before: bytes) -> None:
    splitter = LineSplitter()
    assert len([*splitter.feed(before)]) == before.count(b"\n")
    rest = b"x" * (LONGEST_LINE + 1 - len(before.rpartition(b"\n")[2]))
    with pytest.raises(LineTooLongError):
        next(splitter.feed(rest), None)


def test_the_longest_line_passes() -> None:
    splitter = LineSplitter()
    assert [*splitter.feed(b"x" * LONGEST_LINE + b"\n\n")] == [b"x" * LONGEST_LINE, b""]
    assert [*splitter.end()] == []


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/x-ndjson", True),
        ("Application/NDJSON; charset=utf-8", True),
        ("application/jsonl", True),
        ("application/json", False),
        ("", False),
    ],
)
def test_its_types(content_type: str, expected: bool) -> None:
    assert is_ndjson(content_type) is expected
