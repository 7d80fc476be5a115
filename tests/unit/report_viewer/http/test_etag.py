"""Entity tags and If-None-Match."""

from report_viewer.http.compression import Coding
from report_viewer.http.etag import etag_matches, strong_etag


def test_entity_tags() -> None:
    assert etag_matches('"a", W/"b"', '"b"')
    assert etag_matches("*", '"b"')
    assert not etag_matches('"a"', '"b"')
    assert not etag_matches("", '"b"')


def test_each_coding_has_its_own_tag() -> None:
    tags = {strong_etag(data, coding) for data in (b"a", b"b") for coding in Coding}
    assert len(tags) == 2 * len(Coding)
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)
