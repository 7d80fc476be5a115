"""From the bytes of a file to its lines: UTF-8, with or without a byte order mark, and no other.

Lines are handed out as ``csv.reader`` wants them, ends included; memory holds a block of the file.
An encoding is never guessed: a wrong guess spoils names without a word.
"""

import codecs
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from common.http.wording import Wording
from ingest.csv.formulas import MARK

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NO_TEXT: Final = Wording("the file is no text: export CSV")
_OTHERS: Final[Mapping[bytes, Wording]] = {
    b"\x89PNG": _NO_TEXT,
    b"\xff\xd8\xff": _NO_TEXT,
    b"PK\x03\x04": Wording(
        "the file is a workbook (xlsx, ods) or a zip archive: save its sheet as CSV in UTF-8"
    ),
    b"\xd0\xcf\x11\xe0": Wording("the file is a workbook (xls): save its sheet as CSV in UTF-8"),
    b"\x1f\x8b": Wording("the file is compressed by gzip: unpack it"),
    b"%PDF": Wording("the file is a PDF: export CSV"),
    b"<": Wording("the file is a web page or XML: export CSV"),
    b"{": Wording("the file is JSON: export CSV"),
    b"[{": Wording("the file is JSON: export CSV"),
}
"""What begins files of other kinds, and what is said of them."""


class EncodingFault(Exception):  # noqa: N818 - a finding about the file
    """The bytes are no UTF-8 text, or of a file of another kind; ``line`` is where, from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def texts_of(blocks: Iterable[bytes], longest: int) -> Iterator[bytes]:
    """The text of a file that comes in ``blocks``, as UTF-8 in pieces that end where a line does.

    No line is longer than ``longest`` characters; only the last piece may end without a line break.

    Raises:
        EncodingFault: while iterating, where the bytes are no UTF-8 or a line is too long.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest, pending, line = b"", b"", 1
    first = True
    for block in blocks:
        data = pending + block if first else block
        if first and len(data) < len(codecs.BOM_UTF8) + 1:
            pending = data
            continue
        if first:
            data, first = _without_mark(data), False
        _require_text(decoder, data, line)
        line += data.count(b"\n")
        end = data.rfind(b"\n") + 1
        if end:
            text = rest + data[:end]
            yield from [text] if len(text) <= longest else _short(text, longest, line)
        rest = data[end:] if end else rest + data
        if len(rest) > longest and len(rest.decode(errors="ignore")) > longest:
            raise EncodingFault(line, Wording("is longer than %(most)s characters", most=longest))
    tail = _without_mark(pending) if first else b""
    _require_text(decoder, tail, line, final=True)
    if text := rest + tail:
        yield text


def gathered(texts: Iterable[bytes], size: int) -> Iterator[bytes]:
    """``texts`` joined to pieces of at least ``size`` bytes, but for the last one."""
    kept: list[bytes] = []
    length = 0
    try:
        for text in texts:
            kept.append(text)
            length += len(text)
            if length >= size:
                yield b"".join(kept)
                kept, length = [], 0
    except EncodingFault:
        if kept:
            yield b"".join(kept)  # what stands before the fault is read first
        raise
    if kept:
        yield b"".join(kept)


class Lines(Iterator[str]):
    """The lines of ``texts``, as ``csv.reader`` wants them, ends included.

    ``line`` is the last one. Who wants many at once takes the ``rest`` of a text, or a whole one.
    """

    def __init__(self, texts: Iterable[bytes]) -> None:
        self.line = ""
        self._texts = iter(texts)
        self._lines = io.StringIO()
        self._length = 0
        self.formulas = False
        """Whether there was a formula of a text."""

    def __next__(self) -> str:
        while not (line := self._lines.readline()):
            self.open(next(self._texts))
        self.line = line
        return line

    @property
    def between(self) -> bool:
        """Whether the next line is the first of a text."""
        return self._lines.tell() >= self._length

    def rest(self) -> bytes:
        """All lines of this text that were not taken; none of them comes again."""
        return self._lines.read().encode()

    def open(self, text: bytes) -> None:
        """Hand out the lines of ``text`` next."""
        lines = text.decode()
        self._lines, self._length = io.StringIO(lines, newline=""), len(lines)
        self.formulas = self.formulas or MARK in lines


def _short(text: bytes, longest: int, after: int) -> Iterator[bytes]:
    """The lines of a text that ends before line ``after``, as long as none is too long."""
    kept = list(io.StringIO(text.decode(), newline=""))
    for number, line in enumerate(kept, after - len(kept)):
        if len(line) > longest:
            raise EncodingFault(number, Wording("is longer than %(most)s characters", most=longest))
        yield line.encode()


def _without_mark(data: bytes) -> bytes:
    text = data.removeprefix(codecs.BOM_UTF8)
    for begin, what in _OTHERS.items():
        if text.startswith(begin):
            raise EncodingFault(1, what)
    zeros = data[:4].count(0)
    if data.startswith(_UTF_16) or zeros:
        raise EncodingFault(1, Wording("the file is UTF-16: save it as UTF-8"))
    return text


def _require_text(
    decoder: codecs.IncrementalDecoder, data: bytes, line: int, *, final: bool = False
) -> None:
    """Refuse what is no UTF-8; the decoder holds a character that is not yet whole."""
    held = len(decoder.getstate()[0])
    if not held and data.isascii():
        return
    try:
        decoder.decode(data, final)
    except UnicodeDecodeError as error:
        # The decoder's input is what it held back plus `data`.
        start = max(error.start - held, 0)
        byte = error.object[error.start]
        if b"\0" in data:  # no text has it, in whichever encoding but UTF-16
            raise EncodingFault(1, _NO_TEXT) from None
        raise EncodingFault(
            line + data[:start].count(b"\n"),
            Wording("byte %(byte)s is not UTF-8: save the file as UTF-8", byte=f"0x{byte:02X}"),
        ) from None
