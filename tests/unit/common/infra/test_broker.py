"""Jobs go to one server or its Sentinels, which has to be named where all else is in a cluster."""

import pytest

from common.infra.broker import broker_of
from common.settings import RedisSettings, load

CLUSTER = "redis+cluster://:of-the-nodes@a,b:7000"


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
