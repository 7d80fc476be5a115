"""Mutants at a real viewer, through a socket, as bytes that no HTTP client would send."""

import contextlib
import http.client
import re
import socket
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Final, Self

from benchmarks.mutations.material import Material
from benchmarks.mutations.mutants import FAMILIES
from benchmarks.mutations.trial import ControlFailedError, Outcome, mutants_of, segment

from report_viewer.links.urls import PREFIX

REFUSALS: Final = frozenset({400, 403, 404, 414, 431})
_LONG: Final = 16 * 1024
_PATIENCE_SECONDS: Final = 60
_DELIMITERS: Final = re.compile(rb"[?#\s]")
"""What ends a path: a token before it is the token itself, not a mutant."""


class Client:
    """Sends paths as they are, over one connection as long as the server keeps it."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def get(self, path: bytes) -> int:
        """The status of the answer to a GET of ``path``.

        Raises:
            OSError, http.client.HTTPException: there was none.
        """
        if b"\n" in path or b"\r" in path or len(path) > _LONG:
            self.close()  # what follows such a request belongs to nothing
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=_PATIENCE_SECONDS)
        try:
            return self._get(self._socket, path)
        except BaseException:
            self.close()
            raise

    def _get(self, connection: socket.socket, path: bytes) -> int:
        with contextlib.suppress(ConnectionError):  # not all was wanted; an answer may be there
            connection.sendall(b"GET %b HTTP/1.1\r\nHost: viewer\r\n\r\n" % path)
        response = http.client.HTTPResponse(connection)
        response.begin()
        response.read()
        if response.will_close or len(path) > _LONG:
            self.close()
        return response.status


def paths_of(material: Material, token: str, *, about: int) -> Iterator[tuple[str, str, bytes]]:
    """``about`` so many mutants of ``token``, some of each family: its name, text and path."""
    share = max(1, about // len(FAMILIES))
    for name, family in FAMILIES.items():
        made = [mutant for _, mutant in mutants_of(material, token, {name: family})]
        for mutant in made[:: max(1, len(made) // share)]:
            path = segment(mutant)
            if _DELIMITERS.split(path, maxsplit=1)[0].decode("latin-1") not in material.links:
                yield name, mutant, PREFIX + b"/" + path


def attack_viewer(
    material: Material, port: int, *, about: int, suffixes: tuple[bytes, ...] = (b"", b"/csv")
) -> Outcome:
    """Try ``about`` so many mutants, spread over all tokens, as pages and as CSV files.

    Raises:
        ControlFailedError: a token itself does not open.
    """
    outcome = Outcome()
    each = max(1, about // len(material.links) // len(suffixes))
    with Client("127.0.0.1", port) as client:
        _check(material, client.get)
        for token in material.links:
            for family, mutant, path in paths_of(material, token, about=each):
                for suffix in suffixes:
                    outcome.tried[family] += 1
                    _try(client, family, mutant, path + suffix, outcome)
        _check(material, client.get)
    return outcome


def _try(client: Client, family: str, mutant: str, path: bytes, outcome: Outcome) -> None:
    try:
        status = client.get(path)
    except (OSError, http.client.HTTPException) as error:
        # A path beyond all bounds may be cut off; anything else deserves an answer.
        if len(path) <= _LONG or isinstance(error, TimeoutError):
            outcome.err(family, mutant, error)
        return
    if status in {200, 304}:
        outcome.accept(family, mutant)
    elif status not in REFUSALS:
        outcome.err(family, mutant, f"status {status}")


def _check(material: Material, get: Callable[[bytes], int]) -> None:
    for token in material.links:
        for suffix in (b"", b"/csv"):
            status = get(PREFIX + b"/" + token.encode() + suffix)
            if status != http.client.OK:
                raise ControlFailedError(f"{token}{suffix.decode()}: {status}")
