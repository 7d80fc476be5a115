"""Origins that may frame a report: one spelling each, https, no wildcard, nothing beside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.links.embedding import is_origin


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com",
        "https://a.b-c.example.com:8443",
        "https://xn--bcher-kva.example",
        "https://intranet",
    ],
)
def test_an_origin(text: str) -> None:
    assert is_origin(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "example.com",
            "http://example.com",
            "https://",
            "https://*.example.com",
            "https://*",
        ),
        *("https://example.com/", "https://example.com/x", "https://example.com?x", "https://a b"),
        *(
            "https://Example.com",
            "https://example.com:443",
            "https://example.com:0",
            "https://-a.b",
        ),
        *("https://example.com:65536", "https://example.com:08443", "https://bücher.example"),
        *("https://a.example;script-src *", "https://a.example 'self'", "https://a.example\n"),
        *(
            "https://u@a.example",
            "https://[::1]",
            "https://a..example",
            "https://a.example.",
            "null",
        ),
        "https://" + "a." * 127 + "example",
    ],
)
def test_what_is_none(text: str) -> None:
    assert not is_origin(text)


@given(st.text("htps:/.-*;, '\"\r\naB1@\u0430", max_size=30).map("https://a".__add__))
def test_no_origin_ends_the_directive_it_stands_in(text: str) -> None:
    if is_origin(text):
        assert not set(text) & set(";, '\"\r\n*@?#")
        assert text.isascii()
        assert text == text.lower()
