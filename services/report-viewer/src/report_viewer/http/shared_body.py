"""Shared bodies: texts that differ in little, and whose common parts are kept and compressed once.

A deflate stream (RFC 1951) may be flushed so that nothing behind refers to what stands before. So
parts that were compressed by themselves are one stream in any order, and one gzip file (RFC 1952)
with its head before them and the checksum of the whole behind.
"""

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from report_viewer.http.compression import GZIP_LEVEL, Coding, compress

_SHORT: Final = 1024
"""A shorter part, in bytes, is compressed with what stands beside it: alone it gains nothing."""
_GZIP_HEAD: Final = gzip.compress(b"", mtime=0)[:10]


def _deflated(text: bytes, flush: int) -> bytes:
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(flush)


_DEFLATE_END: Final = _deflated(b"", zlib.Z_FINISH)


@dataclass(frozen=True, slots=True, eq=False)
class CommonParts:
    """What bodies have in common, in one coding. ``size`` is the memory it takes, in bytes."""

    size: int


@dataclass(frozen=True, slots=True, eq=False)
class SharedBody:
    """A body of which others have ``common`` as well; ``own_size`` bytes are its own."""

    parts: tuple[bytes, ...] = field(repr=False)
    common: CommonParts
    own_size: int

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def __bytes__(self) -> bytes:
        return b"".join(self.parts)


class _Common:
    """A long part that stands in every body."""

    def __init__(self, text: bytes) -> None:
        self.text = text

    @cached_property
    def deflated(self) -> bytes:
        return _deflated(self.text, zlib.Z_FULL_FLUSH)


@dataclass(frozen=True, slots=True)
class _Own:
    """Places of values, by their numbers, and the short texts around them."""

    pieces: tuple[bytes | int, ...]

    def filled(self, values: Sequence[bytes]) -> bytes:
        return b"".join(values[each] if isinstance(each, int) else each for each in self.pieces)


class BodyTemplate:
    """A text with ``marks`` in it, each for a value that a body has there.

    Attributes:
        digest: what tells it from any other template, the same in every process.
    """

    def __init__(self, text: bytes, marks: Sequence[bytes]) -> None:
        places = {mark: number for number, mark in enumerate(marks)}
        split = re.split(b"(" + b"|".join(map(re.escape, marks)) + b")", text)
        pieces = [places.get(each, each) for each in split if each]
        self.digest = _digest(pieces)
        self._runs = _runs(pieces)
        texts = [each.text for each in self._runs if isinstance(each, _Common)]
        self._plain = CommonParts(sum(map(len, texts)))

    def fill(self, values: Sequence[bytes], coding: Coding) -> bytes | SharedBody:
        """The body with ``values`` at the marks, in the order of those, in ``coding``."""
        match coding:
            case Coding.IDENTITY:
                return self._whole(values)
            case Coding.GZIP:
                return self._gzipped(values)
            case Coding.ZSTD:
                return compress(bytes(self._whole(values)), coding)

    def _whole(self, values: Sequence[bytes]) -> SharedBody:
        parts = tuple(
            each.text if isinstance(each, _Common) else each.filled(values) for each in self._runs
        )
        return self._body(parts, self._plain)

    def _gzipped(self, values: Sequence[bytes]) -> SharedBody:
        whole, checksum = self._whole(values), 0
        for text in whole.parts:
            checksum = zlib.crc32(text, checksum)
        length = len(whole) & 0xFFFFFFFF
        parts = (
            _GZIP_HEAD,
            *(
                run.deflated if isinstance(run, _Common) else _deflated(text, zlib.Z_FULL_FLUSH)
                for run, text in zip(self._runs, whole.parts, strict=True)
            ),
            _DEFLATE_END + checksum.to_bytes(4, "little") + length.to_bytes(4, "little"),
        )
        return self._body(parts, self._packed)

    @cached_property
    def _packed(self) -> CommonParts:
        return CommonParts(
            sum(len(each.deflated) for each in self._runs if isinstance(each, _Common))
        )

    def _body(self, parts: tuple[bytes, ...], common: CommonParts) -> SharedBody:
        return SharedBody(parts, common, sum(map(len, parts)) - common.size)


def _digest(pieces: Iterable[bytes | int]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for each in pieces:
        if isinstance(each, int):
            digest.update(b"mark %d;" % each)
        else:
            digest.update(b"text %d;" % len(each))
            digest.update(each)
    return digest.digest()


def _runs(pieces: Sequence[bytes | int]) -> tuple[_Common | _Own, ...]:
    runs: list[_Common | _Own] = []
    own: list[bytes | int] = []
    for piece in pieces:
        if isinstance(piece, int) or len(piece) < _SHORT:
            own.append(piece)
            continue
        if own:
            runs.append(_Own(tuple(own)))
            own = []
        runs.append(_Common(piece))
    if own:
        runs.append(_Own(tuple(own)))
    return tuple(runs)
