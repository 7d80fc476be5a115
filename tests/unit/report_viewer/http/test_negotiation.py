"""What clients accept is read as RFC 9110 has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.http.accept import wants_html, wants_json
from report_viewer.http.compression import OFFERED, Coding
from report_viewer.http.negotiation import choose_coding

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", Coding.IDENTITY),
        ("gzip, deflate, br, zstd", Coding.GZIP),
        ("gzip, deflate, br", Coding.GZIP),
        ("GZIP", Coding.GZIP),
        ("zstd", Coding.ZSTD),
        ("*", Coding.GZIP),
        ("gzip;q=0, *", Coding.ZSTD),
        ("gzip;q=0.5, zstd;q=0.8", Coding.ZSTD),
        ("gzip;q=0", Coding.IDENTITY),
        ("gzip;q=0.5, identity", Coding.IDENTITY),
        ("gzip;q=nonsense", Coding.IDENTITY),
        ("gzip;q=nan", Coding.IDENTITY),
        ("br", Coding.IDENTITY),
    ],
)
def test_codings(header: str, coding: Coding) -> None:
    assert choose_coding(header, OFFERED) is coding


@pytest.mark.parametrize(
    ("header", "html"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/problem+json, text/html;q=0.5", False),
        ("text/html;q=0", False),
    ],
)
def test_who_gets_a_page(header: str, html: bool) -> None:
    assert wants_html(header) is html


@pytest.mark.parametrize(
    ("header", "json"),
    [
        (BROWSER, False),
        ("", False),
        ("*/*", False),
        ("application/*", False),
        ("application/json", True),
        ("application/json, text/plain, */*", True),
        ("text/html;q=0.5, application/json;q=0.4", False),
        ("text/html;q=0.5, application/json;q=0.6", True),
        ("application/json, text/html", False),
        ("application/json;q=0", False),
        ("application/problem+json", False),
    ],
)
def test_who_gets_data(header: str, json: bool) -> None:
    assert wants_json(header) is json


@given(st.text())
def test_any_header_is_answered(header: str) -> None:
    assert choose_coding(header, OFFERED) in Coding
    assert wants_html(header) in {True, False}
    assert not (wants_json(header) and wants_html(header))
