"""Variants of a response: its content coding, and for a page its language.

Chosen for every request, hot ones too, so the choice is cached by the headers it is made from.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from common.http.accept import READ_LENGTH
from common.i18n.locales import tag_of
from common.i18n.negotiation import choose_locale
from report_viewer.http.compression import OFFERED, Coding
from report_viewer.http.negotiation import choose_coding

_REMEMBERED: Final = 1024


class Variant(NamedTuple):
    """A variant of a response. ``language`` is a tag of ``locales``; empty for what has none.

    ``form`` is the path of what is neither page nor CSV: the fast path, which knows these two,
    never takes it for one of them.
    """

    coding: Coding
    language: str = ""
    form: bytes = b""


def of_page(headers: Mapping[bytes, bytes]) -> Variant:
    """The variant of a page for a request with these headers."""
    return _of_page(
        headers.get(b"accept-encoding", b"")[:READ_LENGTH],
        headers.get(b"accept-language", b"")[:READ_LENGTH],
    )


def of_csv(headers: Mapping[bytes, bytes]) -> Variant:
    """The variant of a CSV, which has no language, for a request with these headers."""
    return _of_csv(headers.get(b"accept-encoding", b"")[:READ_LENGTH])


def of_file(headers: Mapping[bytes, bytes]) -> Variant:
    """The variant of a file in a language, which is compressed by gzip or not at all."""
    return Variant(of_csv(headers).coding, of_page(headers).language)


def of_rows(headers: Mapping[bytes, bytes]) -> Variant:
    """The variant of rows of a CSV for a request with these headers."""
    return _of_rows(headers.get(b"accept-encoding", b"")[:READ_LENGTH])


@lru_cache(_REMEMBERED)
def _of_page(accept_encoding: bytes, accept_language: bytes) -> Variant:
    coding = choose_coding(accept_encoding.decode("latin-1"), OFFERED)
    return Variant(coding, tag_of(choose_locale(accept_language.decode("latin-1"))))


@lru_cache(_REMEMBERED)
def _of_csv(accept_encoding: bytes) -> Variant:
    return Variant(choose_coding(accept_encoding.decode("latin-1"), (Coding.GZIP,)))


@lru_cache(_REMEMBERED)
def _of_rows(accept_encoding: bytes) -> Variant:
    return Variant(choose_coding(accept_encoding.decode("latin-1"), OFFERED))
