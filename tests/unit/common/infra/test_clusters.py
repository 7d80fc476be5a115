"""The URL of a cluster, and where its jobs go."""

import pytest

from common.infra.clusters import ClusterAddress, broker_of, cluster_of
from common.infra.redis import ADMIN, VIEWER, create_async_redis, create_redis
from common.settings import RedisSettings, load

CLUSTER = "redis+cluster://:of-the-nodes@a,b:7000"


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("redis://host:6379/0", None),
        ("redis+sentinel://a/reports", None),
        ("redis+cluster://a", ClusterAddress((("a", 6379),))),
        (
            "rediss+cluster://ada:p%40ss+@a:1,[::1]:2/0?ssl_ca_certs=/ca.pem",
            ClusterAddress((("a", 1), ("::1", 2)), "rediss", "ada:p%40ss+", "ssl_ca_certs=/ca.pem"),
        ),
    ],
)
def test_it_names_nodes(url: str, meant: ClusterAddress | None) -> None:
    assert cluster_of(url) == meant


def test_a_node_is_connected_to_as_a_server_of_its_own() -> None:
    address = cluster_of("rediss+cluster://ada:p%40ss+@a:1,[::1]:2?ssl_ca_certs=/ca.pem")
    assert address is not None
    assert address.url_of("::1", 2) == "rediss://ada:p%40ss+@[::1]:2?ssl_ca_certs=/ca.pem"
    options = address.connection_options()
    assert options.pop("connection_class").__name__ == "SSLConnection"
    assert options == {"username": "ada", "password": "p@ss+", "ssl_ca_certs": "/ca.pem"}
    assert "p%40ss" not in repr(address)


@pytest.mark.parametrize(
    "rest", ["", "a:x", "a,:1", "a/1", "a/reports/0", "a?socket_timeout=soon", "a:99999999"]
)
def test_what_is_no_such_address_is_refused_and_not_repeated(rest: str) -> None:
    with pytest.raises(ValueError, match="must") as refused:
        cluster_of(f"redis+cluster://:secret@{rest}")
    assert "secret" not in str(refused.value)


def test_nothing_connects_before_it_is_used() -> None:
    for scheme in ("redis+cluster", "rediss+cluster"):
        url = f"{scheme}://:secret@127.0.0.1:1,127.0.0.1:2"
        client = create_redis(url, ADMIN)
        assert client.register_script("return 1")
        client.close()
        assert create_async_redis(url, VIEWER)


def test_jobs_go_where_they_are_told_to() -> None:
    assert broker_of("redis://a", None) == "redis://a"
    assert broker_of("redis://a", "redis://b") == "redis://b"
    assert broker_of(CLUSTER, "redis+sentinel://a/jobs") == "redis+sentinel://a/jobs"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "BROKER_URL: is required where REDIS_URL names a cluster"),
        ({"BROKER_URL": CLUSTER}, "BROKER_URL: must be one server or its Sentinels"),
        ({"REDIS_URL": "redis+cluster://:of-the-nodes@"}, "REDIS_URL: must be redis+cluster://"),
    ],
)
def test_a_cluster_without_a_place_for_jobs_ends_at_the_start(
    given: dict[str, str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in ({"REDIS_URL": CLUSTER} | given).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        load(RedisSettings)
    written = capsys.readouterr().err
    assert f"refusing to start: {told}" in written
    assert "of-the-nodes" not in written


def test_a_cluster_with_a_place_for_jobs_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", CLUSTER)
    monkeypatch.setenv("BROKER_URL", "redis://jobs")
    assert load(RedisSettings).broker == "redis://jobs"
