"""Links to one report have one page, each with its own token and end, and its own entity tag."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from common.i18n.locales import ENGLISH
from report_viewer.cache.page_cache import EXPIRES, EXPIRES_ISO, TOKEN, SharedPage
from report_viewer.http.compression import Coding
from report_viewer.http.shared_body import SharedBody

ENDS = datetime(2026, 12, 1, 12, tzinfo=UTC)


def page(text: str = "report") -> SharedPage:
    html = f"{text * 500}<a href={TOKEN}><time datetime={EXPIRES_ISO}>{EXPIRES}</time>"
    return SharedPage(html.encode(), ZoneInfo("UTC"), ENGLISH)


def test_a_page_says_what_is_its_links() -> None:
    body = bytes(page().for_link(token="a&b", expires_at=ENDS).body(Coding.IDENTITY))
    assert body.startswith(b"report" * 500)
    assert b"<a href=a&amp;b>" in body
    assert b"<time datetime=2026-12-01T12:00:00+00:00>1 Dec 2026" in body


def test_the_entity_tag_is_of_all_that_a_page_says() -> None:
    shared = page()
    own = shared.for_link(token="a", expires_at=ENDS)
    assert own.etag(Coding.GZIP) == page().for_link(token="a", expires_at=ENDS).etag(Coding.GZIP)
    others = {
        own.etag(Coding.IDENTITY),
        shared.for_link(token="b", expires_at=ENDS).etag(Coding.GZIP),
        shared.for_link(token="a", expires_at=ENDS + timedelta(days=1)).etag(Coding.GZIP),
        page("another").for_link(token="a", expires_at=ENDS).etag(Coding.GZIP),
    }
    assert len(others | {own.etag(Coding.GZIP)}) == 5


def test_links_have_the_long_parts_in_common() -> None:
    shared = page()
    one, other = (
        shared.for_link(token=each, expires_at=ENDS).body(Coding.GZIP) for each in ("a", "b")
    )
    assert isinstance(one, SharedBody)
    assert isinstance(other, SharedBody)
    assert one.common is other.common
