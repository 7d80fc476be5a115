"""Servers by name: every list that is written comes back, and what is none is refused by a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.database_servers import named_servers

names = st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True).filter(lambda each: each != "home")
urls = st.from_regex(r"postgresql://u:[a-z,=%0-9]{0,8}@[a-z]{1,8}(:[0-9]{4})?/db", fullmatch=True)


@given(st.dictionaries(names, urls, max_size=4), st.sampled_from([",", ", "]))
def test_a_list_comes_back_as_it_was_written(servers: dict[str, str], between: str) -> None:
    written = between.join(f"{name}={url}" for name, url in servers.items())
    assert named_servers(written) == servers


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("east", "must be NAME=postgresql://"),
        ("east=mysql://h/db", "must be NAME=postgresql://"),
        ("East=postgresql://h/db", "must be NAME=postgresql://"),
        ("postgresql://h/db", "must be NAME=postgresql://"),
        ("home=postgresql://h/db", "none of them home"),
        ("a=postgresql://h/db,a=postgresql://i/db", "each server once"),
    ],
)
def test_what_names_no_servers_is_refused(written: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as refused:
        named_servers(written)
    assert "h/db" not in str(refused.value)
