"""In which of its forms an answer is sent: by the coding, and for a page by the language.

Chosen anew for every request, hot ones too, so what headers were read as is remembered.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from report_viewer.http.compression import OFFERED
from report_viewer.http.negotiation import READ_LENGTH, choose_coding, choose_locale
from report_viewer.http.response import Coding

_REMEMBERED: Final = 1024


class Form(NamedTuple):
    """A form of an answer. ``language`` is a tag of ``locales``; empty for what has none."""

    coding: Coding
    language: str = ""


def of_page(headers: Mapping[bytes, bytes]) -> Form:
    """The form of a page for one who sends these headers."""
    return _of_page(
        headers.get(b"accept-encoding", b"")[:READ_LENGTH],
        headers.get(b"accept-language", b"")[:READ_LENGTH],
    )


def of_csv(headers: Mapping[bytes, bytes]) -> Form:
    """The form of a CSV, which is in nobody's language, for one who sends these headers."""
    return _of_csv(headers.get(b"accept-encoding", b"")[:READ_LENGTH])


@lru_cache(_REMEMBERED)
def _of_page(accept_encoding: bytes, accept_language: bytes) -> Form:
    coding = choose_coding(accept_encoding.decode("latin-1"), OFFERED)
    return Form(coding, choose_locale(accept_language.decode("latin-1")).language)


@lru_cache(_REMEMBERED)
def _of_csv(accept_encoding: bytes) -> Form:
    return Form(choose_coding(accept_encoding.decode("latin-1"), (Coding.GZIP,)))
