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


def texts_of(blocks: Iterable[bytes], longest: int) -> Iterator[str]:
    """The text of a file that comes in ``blocks``, in pieces that end where a line does.

    No line is longer than ``longest`` characters; only the last piece may end without a line break.

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
        if end:
            yield from [text[:end]] if end <= longest else _short(text[:end], longest, line)
        rest = text[end:]
        if len(rest) > longest:
            raise EncodingFault(line, f"is longer than {longest} characters")
    tail = _without_mark(pending) if first else b""
    if text := rest + _decoded(decoder, tail, line, final=True):
        yield text


def gathered(texts: Iterable[str], size: int) -> Iterator[str]:
    """``texts`` joined to pieces of at least ``size`` characters, but for the last one."""
    kept: list[str] = []
    length = 0
    try:
        for text in texts:
            kept.append(text)
            length += len(text)
            if length >= size:
                yield "".join(kept)
                kept, length = [], 0
    except EncodingFault:
        if kept:
            yield "".join(kept)  # what stands before the fault is read first
        raise
    if kept:
        yield "".join(kept)


class Lines(Iterator[str]):
    """The lines of ``texts``, as ``csv.reader`` wants them, ends included.

    ``line`` is the last one. Who wants many at once takes ``rest``.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.line = ""
        self._texts = iter(texts)
        self._lines = io.StringIO()
        self._length = 0

    def __next__(self) -> str:
        while not (line := self._lines.readline()):
            self._open(next(self._texts))
        self.line = line
        return line

    @property
    def between(self) -> bool:
        """Whether the next line is the first of a text."""
        return self._lines.tell() >= self._length

    def rest(self) -> str:
        """All lines of this text that were not taken, or of the next one; empty at the end."""
        return self._lines.read() or next(self._texts, "")

    def put_back(self, text: str) -> None:
        """Hand out the lines of ``text``, which was the rest, next."""
        self._open(text)

    def _open(self, text: str) -> None:
        self._lines, self._length = io.StringIO(text, newline=""), len(text)


def lines_of(blocks: Iterable[bytes], longest: int) -> Iterator[str]:
    """The lines of a file that comes in ``blocks``, each of at most ``longest`` characters.

    Raises:
        EncodingFault: while iterating, where the bytes are no UTF-8 or a line is too long.
    """
    for text in texts_of(blocks, longest):
        yield from io.StringIO(text, newline="")


def _short(text: str, longest: int, after: int) -> Iterator[str]:
    """The lines of a text that ends before line ``after``, as long as none is too long."""
    kept = list(io.StringIO(text, newline=""))
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
