"""The URL of a primary that Sentinels watch."""

import pytest

from common.infra.sentinels import WatchedPrimary, watched_primary


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("redis://host:6379/0", None),
        ("redis+sentinel://a/reports", WatchedPrimary((("a", 26379),), "reports")),
        (
            "redis+sentinel://ada:p%40ss@a:1,b:2/reports/3?sentinel_password=s%2Fp",
            WatchedPrimary((("a", 1), ("b", 2)), "reports", 3, "ada", "p@ss", "s/p"),
        ),
    ],
)
def test_it_says_whom_to_ask_for_what(url: str, meant: WatchedPrimary | None) -> None:
    assert watched_primary(url) == meant


@pytest.mark.parametrize(
    "rest", ["", "/reports", "a:1", "a:x/reports", "a:1/reports/x", "a/reports?secret=1"]
)
def test_what_is_no_such_address_is_refused_and_not_repeated(rest: str) -> None:
    with pytest.raises(ValueError, match="must") as refused:
        watched_primary(f"redis+sentinel://:secret@{rest}")
    assert "secret@" not in str(refused.value)


def test_passwords_are_not_shown_and_celery_is_told_each_sentinel() -> None:
    primary = watched_primary("redis+sentinel://:p%40ss@a:1,b:2/reports/3?sentinel_password=other")
    assert primary is not None
    assert "p@ss" not in repr(primary)
    assert "other" not in repr(primary)
    assert primary.celery_url() == "sentinel://:p%40ss@a:1/3;sentinel://:p%40ss@b:2/3"
    options = primary.sentinel_options({"socket_timeout": 1})
    assert (options["socket_timeout"], options["password"]) == (1, "other")
