"""Every client of Redis gives up on a server that hangs, and how long that takes is written down.

That requests are answered while it hangs is shown where they are served; how soon is a sum.
"""

from typing import Any

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import TimeoutError as RedisTimeoutError

from common.infra.redis import ADMIN, create_redis
from common.jobs.celery_config import create_celery
from report_viewer.loading import job_requests, rate_limits, redis_store
from share_api.discord import endpoint

DISCORD_WAITS_SECONDS = 3
URL = "redis://127.0.0.1:1"
WATCHED = "redis+sentinel://127.0.0.1:1,127.0.0.1:2/reports"


def longest(client: Redis | AsyncRedis) -> float:
    """Seconds that a command may take at most when the server takes connections and hangs."""
    connection: Any = client.connection_pool.make_connection()
    retried = issubclass(RedisTimeoutError, tuple(connection.retry._supported_errors))
    tries = 1 + (connection.retry._retries if retried else 0)
    return float(tries * (connection.socket_connect_timeout + connection.socket_timeout))


@pytest.mark.parametrize(
    ("client", "seconds"),
    [
        (redis_store.connect(URL), 3),
        (job_requests.connect_for_publishing(URL), 3),
        (rate_limits.connect_for_counting(URL), 1),
        (create_redis(URL, ADMIN), 2),
    ],
)
def test_a_client_gives_up_in_time(client: Redis | AsyncRedis, seconds: float) -> None:
    assert longest(client) == seconds


@pytest.mark.parametrize(
    ("client", "seconds"),
    [(create_redis(WATCHED, ADMIN), 2), (redis_store.connect(WATCHED), 3)],
)
def test_so_it_does_on_a_primary_and_on_each_of_its_sentinels(
    client: Redis | AsyncRedis, seconds: float
) -> None:
    pool: Any = client.connection_pool
    for each in (client, *pool.sentinel_manager.sentinels):
        assert longest(each) == seconds


def test_discord_is_answered_before_it_gives_up() -> None:
    assert endpoint.ANSWER_SECONDS <= DISCORD_WAITS_SECONDS / 2


def test_publishing_a_job_gives_up_in_time() -> None:
    given = create_celery(URL).conf.broker_transport_options
    tries = 1 + given["max_retries"]
    assert tries * (given["socket_connect_timeout"] + given["socket_timeout"]) == 3
