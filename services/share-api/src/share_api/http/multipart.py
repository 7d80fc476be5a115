"""Uploads, streamed: a CSV, or multipart/form-data with several files.

Nothing is collected here: every piece goes straight to the upload.
"""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from common.http.problem import Problem
from common.http.wording import Wording

FILES: Final = ("orders", "refunds", "products", "stock")
_CSV: Final = frozenset({"text/csv", "application/csv", "application/vnd.ms-excel"})
_LONGEST_EPILOGUE: Final = 64 * 1024
"""What may follow the last boundary, beside the rest of its piece; nobody reads it."""
_LONGEST_HEADER: Final = 4096
_LONGEST_TYPE: Final = 512

FileChunk = tuple[str, bytes]


class UploadError(Problem):
    """The body is no upload that can be read."""


class UnsupportedUploadError(UploadError):
    """The body is of another type."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    type = "unsupported-upload"
    title = "Not a CSV and not a form"

    def __init__(self) -> None:
        super().__init__("Send text/csv, or multipart/form-data with a part for each file.")


class InvalidUploadError(UploadError):
    """The form is broken, or has a part that is no file of an import."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-upload"
    title = "Invalid upload"


async def iter_file_chunks(
    content_type: str,
    body: AsyncIterator[bytes],
    *,
    fields: frozenset[str] = frozenset(),
    chosen: dict[str, str] | None = None,
) -> AsyncIterator[FileChunk]:
    """The name of a file and the next piece of it, as they arrive; of a form's ``fields`` too.

    Each part of a form begins with an empty piece: one without a byte is there too.

    ``chosen`` gets the names of parts that a file was chosen for, which may be empty, and what the
    sender calls each file: there by its first piece.

    Raises:
        UnsupportedUploadError: neither a CSV nor a form.
        InvalidUploadError: a broken form, an unknown part, one twice, or none at all.
    """
    if len(content_type) > _LONGEST_TYPE:  # the library takes it apart in quadratic time
        raise UnsupportedUploadError
    kind, options = parse_options_header(content_type)
    kind_name = kind.decode("latin-1").lower()
    if kind_name in _CSV:
        async for data in body:
            yield "orders", data
        return
    if kind_name != "multipart/form-data":
        raise UnsupportedUploadError
    form = _Form(options.get(b"boundary", b""), fields, chosen)
    async for data in body:
        for piece in form.feed(data):
            yield piece
    form.end()


class _Form:
    """A form while it arrives: what the parser says, put together to pieces of files."""

    def __init__(
        self, boundary: bytes, fields: frozenset[str], chosen: dict[str, str] | None = None
    ) -> None:
        self._names = {*FILES, *fields}
        self._chosen = {} if chosen is None else chosen
        self._pieces: list[FileChunk] = []
        self._file: str | None = None
        self._seen: set[str] = set()
        self._complete = False
        self._beyond = 0
        self._header = b""
        self._value = b""
        self._disposition = b""
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._on_field,
                    "on_header_value": self._on_value,
                    "on_header_end": self._on_header,
                    "on_headers_finished": self._on_headers,
                    "on_part_data": self._on_data,
                    "on_end": self._on_end,
                },
            )
        except (MultipartParseError, ValueError, TypeError) as error:
            raise InvalidUploadError("The form has no boundary.") from error

    def feed(self, data: bytes) -> list[FileChunk]:
        """The pieces that ``data`` completes."""
        self._pieces = []
        if self._complete:
            self._beyond += len(data)
            if self._beyond > _LONGEST_EPILOGUE:
                raise InvalidUploadError("The form goes on after its end.")
            return []
        try:
            self._parser.write(data)
        except MultipartParseError as error:
            raise InvalidUploadError("The form is broken.") from error
        return self._pieces

    def end(self) -> None:
        """All has arrived.

        Raises:
            InvalidUploadError: it had no file, or broke off.
        """
        if not self._complete:
            raise InvalidUploadError("The form breaks off before its end.")
        if not self._seen:
            raise InvalidUploadError(
                Wording("The form has no part of %(files)s.", files=", ".join(FILES))
            )

    def _begin(self) -> None:
        self._file, self._header, self._value, self._disposition = None, b"", b"", b""

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._header = self._bounded(self._header + data[start:end])

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value = self._bounded(self._value + data[start:end])

    def _bounded(self, text: bytes) -> bytes:
        if len(text) > _LONGEST_HEADER:
            raise InvalidUploadError("A header of the form is too long.")
        return text

    def _on_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if name not in self._names:
            raise InvalidUploadError(
                Wording(
                    "A part is named %(name)s, not %(files)s.",
                    name=repr(name[:40]),
                    files=", ".join(FILES),
                )
            )
        if name in self._seen:
            raise InvalidUploadError(
                Wording("The part %(name)s is there more than once.", name=name)
            )
        self._file = name
        self._seen.add(name)
        if file_name := options.get(b"filename"):
            self._chosen[name] = file_name.decode("utf-8", "replace")
        self._pieces.append((name, b""))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._pieces.append((self._file, data[start:end]))

    def _on_end(self) -> None:
        self._complete = True
