"""The Content-Length header."""

from collections.abc import Mapping


def content_length(headers: Mapping[str, str]) -> int | None:
    """The length a request announces, None when it does not."""
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None
