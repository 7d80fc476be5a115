"""From the bytes of a file to its lines: UTF-8, with or without a byte order mark, and no other.

Lines are handed out as ``csv.reader`` wants them, ends included; memory holds a block of the file.
An encoding is never guessed: a wrong guess spoils names without a word.
"""

import codecs
import io
from collections.abc import Iterable, Iterator

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class EncodingFault(Exception):  # noqa: N818 - a finding about the file
    """The bytes are no UTF-8 text; ``line`` is where, from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def lines_of(blocks: Iterable[bytes], longest: int) -> Iterator[str]:
    """The lines of a file that comes in ``blocks``, each of at most ``longest`` characters.

    Raises:
        EncodingFault: while iterating, where the bytes are no UTF-8 or a line is too long.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest, pending, line = "", b"", 1
    first = True
    for block in blocks:
        data = pending + block if first else block
        if first and len(data) < len(codecs.BOM_UTF8) + 1:
            pending = data
            continue
        if first:
            data, first = _without_mark(data), False
        text = rest + _decoded(decoder, data, line)
        line += data.count(b"\n")
        end = text.rfind("\n") + 1
        lines = io.StringIO(text[:end], newline="")
        yield from lines if end <= longest else _short(lines, longest, line)
        rest = text[end:]
        if len(rest) > longest:
            raise EncodingFault(line, f"is longer than {longest} characters")
    tail = _without_mark(pending) if first else b""
    yield from io.StringIO(rest + _decoded(decoder, tail, line, final=True), newline="")


def _short(lines: Iterable[str], longest: int, after: int) -> Iterator[str]:
    """``lines`` of a block that ends before line ``after``, as long as none is too long."""
    kept = list(lines)
    for number, line in enumerate(kept, after - len(kept)):
        if len(line) > longest:
            raise EncodingFault(number, f"is longer than {longest} characters")
        yield line


def _without_mark(data: bytes) -> bytes:
    zeros = data[:4].count(0)
    if data.startswith(_UTF_16) or zeros:
        raise EncodingFault(1, "the file is UTF-16: save it as UTF-8")
    return data.removeprefix(codecs.BOM_UTF8)


def _decoded(
    decoder: codecs.IncrementalDecoder, data: bytes, line: int, *, final: bool = False
) -> str:
    held = len(decoder.getstate()[0])
    try:
        return decoder.decode(data, final)
    except UnicodeDecodeError as error:
        # The decoder's input is what it held back plus `data`.
        start = max(error.start - held, 0)
        byte = error.object[error.start]
        raise EncodingFault(
            line + data[:start].count(b"\n"),
            f"byte 0x{byte:02X} is not UTF-8 (Latin-1 or Windows-1252?): save the file as UTF-8",
        ) from None
