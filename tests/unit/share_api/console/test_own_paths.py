"""A page leads back to pages of the console alone."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from share_api.console.own_paths import HOME, login_path, own_path, shops_path

PIECES = st.sampled_from(
    [
        *("/", "//", "\\", "/admin", "admin", "..", "@", ":", "?", "&", "=", "#", "%2f", "\0"),
        *("evil.example.com", "https:", "javascript:", "links", "next", "ö", "login", " "),
        *("shops", "\r\n"),
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=8).map("".join)))
def test_whatever_is_asked_for_it_is_a_path_of_ours(text: str) -> None:
    path = own_path(text)
    parts = urlsplit(path)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("", "", "")
    assert parts.path == HOME or parts.path.startswith(f"{HOME}/")
    assert ".." not in parts.path
    assert path.isascii()
    assert path.isprintable()
    assert own_path(path) == path


@given(st.lists(PIECES, max_size=8).map("".join))
def test_the_log_in_says_where_to_go_back_to(text: str) -> None:
    for made in (login_path(text), shops_path(text)):
        query = parse_qs(urlsplit(made).query)
        assert query.get("next", [HOME]) == [own_path(text)]


@pytest.mark.parametrize("path", ["/admin", "/admin/links?show=ended&cursor=AAb-_=", "/admin/data"])
def test_a_page_of_ours_is_gone_back_to(path: str) -> None:
    assert own_path(path) == path


@given(st.text(st.characters(codec="utf-8"), max_size=100), st.text(st.characters(codec="ascii")))
@example("~" * 100, "")
@example("\U0001f600" * 100, "ending")
def test_every_search_of_the_table_is_gone_back_to(find: str, order: str) -> None:
    here = f"/admin/links?{urlencode({'show': 'all', 'find': find, 'order': order[:50]})}"
    assert own_path(here) == here
    assert parse_qs(urlsplit(login_path(here)).query)["next"] == [here]
