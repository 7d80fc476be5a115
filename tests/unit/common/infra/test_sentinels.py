"""The URL of a primary that Sentinels watch."""

import asyncio
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoPermissionError

from common.infra.sentinel_clients import AsyncSentinels, Sentinels
from common.infra.sentinels import WatchedPrimary, watched_primary


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("redis://host:6379/0", None),
        ("redis+sentinel://a/reports", WatchedPrimary((("a", 26379),), "reports")),
        (
            "redis+sentinel://ada:p%40ss@a:1,b:2/reports/3?sentinel_password=s%2Fp+q%3D=",
            WatchedPrimary((("a", 1), ("b", 2)), "reports", 3, "ada", "p@ss", "s/p+q=="),
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


def says_nothing() -> dict[str, Any]:
    raise NoPermissionError("no permissions to run it")


def says_where() -> dict[str, Any]:
    up = {"ip": "c", "port": 3, "is_master": True, "is_sdown": False, "is_odown": False}
    return {"reports": up | {"num-other-sentinels": 1}}


@pytest.mark.parametrize("kind", [Sentinels, AsyncSentinels])
def test_one_that_refuses_to_say_is_passed_over_and_named(kind: Any) -> None:
    sentinels = kind([("a", 1), ("b", 2)], sentinel_kwargs={"password": "secret"})
    first, second = sentinels.sentinels

    def discover(name: str) -> Any:
        found = sentinels.discover_master(name)
        return asyncio.run(found) if asyncio.iscoroutine(found) else found

    def answering(answer: Any) -> Any:
        async def later() -> Any:
            return answer()

        return later if kind is AsyncSentinels else answer

    first.sentinel_masters, second.sentinel_masters = map(answering, (says_nothing, says_where))
    with pytest.raises(RedisConnectionError) as refused:
        discover("others")
    assert str(refused.value) == (
        "no Sentinel names the primary 'others': a:1: NoPermissionError: no permissions to run it; "
        "b:2: it watches none of that name"
    )
    assert discover("reports") == ("c", 3)
    assert sentinels.sentinels == [second, first], "who says it is asked first"
