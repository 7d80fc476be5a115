"""A body put together from common parts is the text that was meant, in every coding."""

import gzip
import zlib

import zstandard
from hypothesis import given
from hypothesis import strategies as st

from report_viewer.http.compression import Coding
from report_viewer.http.shared_body import BodyTemplate, SharedBody

MARKS = (b"\x01one\x01", b"\x01two\x01")
VALUES = st.tuples(st.binary(max_size=300), st.binary(max_size=300))
PIECES = st.lists(
    st.one_of(
        st.sampled_from(MARKS),
        st.binary(max_size=40).filter(lambda each: b"\x01" not in each),
        st.integers(1000, 5000).map(lambda length: bytes(2 + n * n % 250 for n in range(length))),
    ),
    max_size=8,
)


def unpacked(body: bytes | SharedBody, coding: Coding) -> bytes:
    whole = bytes(body)
    match coding:
        case Coding.IDENTITY:
            return whole
        case Coding.GZIP:
            return gzip.decompress(whole)
        case Coding.ZSTD:
            return zstandard.ZstdDecompressor().decompress(whole)


def meant(pieces: list[bytes], values: tuple[bytes, bytes]) -> bytes:
    given_at = dict(zip(MARKS, values, strict=True))
    return b"".join(given_at.get(piece, piece) for piece in pieces)


@given(pieces=PIECES, values=st.lists(VALUES, min_size=1, max_size=3))
def test_every_body_is_its_text(pieces: list[bytes], values: list[tuple[bytes, bytes]]) -> None:
    template = BodyTemplate(b"".join(pieces), MARKS)
    for coding in Coding:
        for each in values:
            body = template.fill(each, coding)
            assert unpacked(body, coding) == meant(pieces, each)
            assert len(body) == len(bytes(body))


@given(pieces=PIECES, first=VALUES, second=VALUES)
def test_what_is_common_is_there_once(
    pieces: list[bytes], first: tuple[bytes, bytes], second: tuple[bytes, bytes]
) -> None:
    template = BodyTemplate(b"".join(pieces), MARKS)
    for coding in (Coding.IDENTITY, Coding.GZIP):
        bodies = [template.fill(each, coding) for each in (first, second)]
        one, other = (each for each in bodies if isinstance(each, SharedBody))
        assert one.common is other.common
        same = {id(part): len(part) for part in one.parts}
        shared = sum(len(part) for part in other.parts if id(part) in same)
        assert shared >= one.common.size
        assert one.own_size == len(one) - one.common.size


def test_one_gzip_file_is_one_member() -> None:
    """Programs that read no further than the first member read the whole."""
    template = BodyTemplate(b"a" * 5000 + MARKS[0] + b"b" * 5000, MARKS)
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    text = reader.decompress(bytes(template.fill((b"x", b""), Coding.GZIP)))
    assert (text, reader.eof, reader.unused_data) == (b"a" * 5000 + b"x" + b"b" * 5000, True, b"")


def test_templates_of_one_text_have_one_digest_whatever_their_marks_are() -> None:
    def digest(first: bytes, second: bytes) -> bytes:
        return BodyTemplate(b"a" + first + b"b" + second, (first, second)).digest

    assert digest(b"\x011\x01", b"\x012\x01") == digest(b"\x013\x01", b"\x014\x01")
    assert digest(b"\x011\x01", b"\x012\x01") != BodyTemplate(b"a0b1", MARKS).digest


def test_the_places_of_marks_are_part_of_a_digest() -> None:
    one, other = MARKS
    there = BodyTemplate(b"a" + one + b"b" + other, MARKS)
    assert there.digest != BodyTemplate(b"a" + other + b"b" + one, MARKS).digest
    assert there.digest != BodyTemplate(b"ab" + one + other, MARKS).digest
