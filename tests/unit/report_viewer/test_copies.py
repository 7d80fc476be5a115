"""Drawn pages are kept up to a number of bytes, the latest used longest."""

from http import HTTPStatus

from report_viewer.answers import Answer, Coding
from report_viewer.copies import Copies, Copy


def copy(size: int) -> Copy:
    return Copy(b"meta", '"tag"', Answer(HTTPStatus.OK, (), b"x" * size))


def test_the_bytes_are_bounded() -> None:
    copies = Copies(max_bytes=100)
    copies.put("a", Coding.GZIP, copy(40))
    copies.put("b", Coding.GZIP, copy(40))
    assert copies.get("a", Coding.GZIP)
    copies.put("c", Coding.GZIP, copy(40))
    assert copies.get("b", Coding.GZIP) is None
    assert copies.get("a", Coding.GZIP)
    assert copies.get("a", Coding.ZSTD) is None


def test_a_replaced_copy_no_longer_counts() -> None:
    copies = Copies(max_bytes=100)
    for _ in range(10):
        copies.put("a", Coding.GZIP, copy(60))
    copies.put("b", Coding.GZIP, copy(40))
    assert copies.get("a", Coding.GZIP)
    assert copies.get("b", Coding.GZIP)


def test_what_is_larger_than_all_is_not_kept() -> None:
    copies = Copies(max_bytes=100)
    copies.put("a", Coding.GZIP, copy(101))
    assert copies.get("a", Coding.GZIP) is None
