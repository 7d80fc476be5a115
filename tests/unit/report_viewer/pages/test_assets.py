"""Static files are addressed by their content."""

import base64
import gzip
import hashlib
import re

import pytest

from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.pages.assets import Assets

ASSETS = Assets(SecurityHeaders(https=True))


@pytest.mark.parametrize("name", ["report.css", "report.js", "chart.umd.min.js", "icon.svg"])
def test_the_address_and_the_digest_are_the_contents(name: str) -> None:
    asset = ASSETS[name]
    answer = ASSETS.respond(asset.url, accept_encoding="")
    packed = ASSETS.respond(asset.url, accept_encoding="gzip")
    assert answer
    assert packed
    digest = hashlib.sha384(answer.body).digest()
    assert asset.integrity == f"sha384-{base64.b64encode(digest).decode()}"
    assert digest.hex()[:12] in asset.url
    assert gzip.decompress(packed.body) == answer.body
    assert (b"cache-control", b"public, max-age=31536000, immutable") in answer.headers
    assert (b"content-encoding", b"gzip") in packed.headers


@pytest.mark.parametrize("url", ["/static/", "/static/report.js", "/static/../settings.py", ""])
def test_nothing_else_is_served(url: str) -> None:
    assert ASSETS.respond(url, accept_encoding="") is None


def test_the_vendored_script_is_whole_and_asks_for_no_source_map() -> None:
    answer = ASSETS.respond(ASSETS["chart.umd.min.js"].url, accept_encoding="")
    assert answer
    assert re.search(rb"Chart\.js v4\.6\.1", answer.body)
    assert b"sourceMappingURL" not in answer.body
