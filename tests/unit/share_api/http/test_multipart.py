"""A form ends where it says: what follows is bounded, and not part of a file."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from share_api.http.multipart import InvalidUploadError, iter_file_chunks

FORM = b'--b\r\nContent-Disposition: form-data; name="orders"\r\n\r\nx\r\n--b--\r\n'


def read(*pieces: bytes) -> tuple[bytes, int]:
    """The file, and how many pieces were taken."""
    taken = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal taken
        for piece in pieces:
            taken += 1
            yield piece

    async def run() -> bytes:
        kind = "multipart/form-data; boundary=b"
        return b"".join([data async for _, data in iter_file_chunks(kind, body())])

    try:
        return asyncio.run(run()), taken
    except InvalidUploadError:
        return b"refused", taken


def test_a_little_may_follow() -> None:
    assert read(FORM, b"\r\n", b"epilogue") == (b"x", 3)


def test_what_goes_on_after_its_end_is_refused_soon() -> None:
    found, taken = read(FORM, *[b"y" * 16384] * 100_000)
    assert found == b"refused"
    assert taken < 10


@pytest.mark.parametrize("type_", ["multipart/form-data;" + ' a=";' * 10_000, "text/csvx" * 100])
def test_a_long_type_is_not_taken_apart(type_: str) -> None:
    async def nothing() -> AsyncIterator[bytes]:
        yield b""

    async def run() -> None:
        async for _ in iter_file_chunks(type_, nothing()):
            pass

    with pytest.raises(Exception, match="Send text/csv"):
        asyncio.run(run())
