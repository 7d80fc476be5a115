"""Texts are worked on ahead of their turn, and come in their turn all the same."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from ingest.csv.encoding import EncodingFault
from ingest.csv.prefetch import THREADS, Ahead


def texts(read: list[bytes]) -> Iterator[bytes]:
    for number in range(5):
        read.append(b"%d" % number)
        yield read[-1]
    raise EncodingFault(9, "is no text")


def test_texts_come_in_turn_with_their_work_and_a_fault_behind_them():
    read: list[bytes] = []
    with closing(Ahead(texts(read))) as ahead:
        assert next(ahead) == b"0"
        assert read == [b"0"]
        ahead.put_back(b"again")
        ahead.put_back(b"")
        assert ahead.worked(len) == (b"again", 5)
        assert len(read) == 1 + THREADS
        assert next(ahead) == b"1"
        assert [ahead.worked(len) for _ in range(3)] == [(b"2", 1), (b"3", 1), (b"4", 1)]
        with pytest.raises(EncodingFault):
            ahead.worked(len)
        with pytest.raises(EncodingFault):
            next(ahead)


def test_an_end_is_no_text():
    with closing(Ahead(iter([b"1"]))) as ahead:
        assert ahead.worked(int) == (b"1", 1)
        assert ahead.worked(int) is None
