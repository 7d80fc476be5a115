import pytest

from common.jobs.celery_config import QUEUES
from common.settings import load
from worker.app import create_app
from worker.settings import WorkerSettings

SERVERS = {"REDIS_URL": "redis://reports", "DATABASE_URL": "postgresql://x"}


@pytest.mark.parametrize(
    ("given", "taken"),
    [("warm,links", "links,warm"), (" imports ", "imports"), (None, ",".join(QUEUES))],
)
def test_queues_are_taken_in_the_order_that_counts(given: str | None, taken: str) -> None:
    values = dict(SERVERS)
    if given is not None:
        values["WORKER_QUEUES"] = given
    assert WorkerSettings.model_validate(values).queues == taken


@pytest.mark.parametrize(
    ("queues", "consumed"),
    [("links", "links"), ("warm,reports", "heartbeat,reports,warm"), ("imports", "imports")],
)
def test_who_computes_reports_answers_the_heartbeat(queues: str, consumed: str) -> None:
    settings = WorkerSettings.model_validate(SERVERS | {"WORKER_QUEUES": queues})
    assert settings.consumed == consumed


def test_an_unknown_queue_is_refused() -> None:
    values = SERVERS | {"WORKER_QUEUES": "x"}
    with pytest.raises(ValueError, match="must be some of links, reports, discord, imports, warm"):
        WorkerSettings.model_validate(values)


def test_jobs_go_through_redis_unless_they_have_a_server_of_their_own() -> None:
    settings = WorkerSettings.model_validate(SERVERS)
    assert settings.broker == "redis://reports"
    settings = WorkerSettings.model_validate(SERVERS | {"BROKER_URL": "rediss://jobs"})
    assert settings.broker == "rediss://jobs"
    assert create_app(settings).conf.broker_url == "rediss://jobs"


def test_jobs_and_the_schedule_find_the_primary_by_its_sentinels() -> None:
    url = "redis+sentinel://:secret@a:1,b:2/jobs/3"
    conf = create_app(WorkerSettings.model_validate(SERVERS | {"BROKER_URL": url})).conf
    assert conf.broker_url == "sentinel://:secret@a:1/3;sentinel://:secret@b:2/3"
    assert conf.broker_transport_options["master_name"] == "jobs"
    schedule = conf.redbeat_redis_options
    assert schedule["sentinels"] == [("a", 1), ("b", 2)]
    assert (schedule["service_name"], schedule["db"], schedule["password"]) == ("jobs", 3, "secret")


@pytest.mark.parametrize("url", ["amqp://jobs", "jobs:6379"])
def test_another_kind_of_broker_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must start with redis:// or rediss://"):
        WorkerSettings.model_validate(SERVERS | {"BROKER_URL": url})


def test_a_replica_beside_further_servers_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@localhost/none")
    monkeypatch.setenv("REDIS_URL", "redis://localhost")
    monkeypatch.setenv("DATABASE_REPLICA_URL", "postgresql://nobody@localhost/standby")
    monkeypatch.setenv("DATABASE_SHARD_URLS", "east=postgresql://nobody@localhost/east")
    with pytest.raises(SystemExit):
        load(WorkerSettings)
    told = capsys.readouterr().err
    assert told.startswith("refusing to start: DATABASE_REPLICA_URL: cannot be used with")
    monkeypatch.delenv("DATABASE_REPLICA_URL")
    assert load(WorkerSettings).shards == {"east": "postgresql://nobody@localhost/east"}
