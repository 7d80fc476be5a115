"""A real worker meets messages that nobody sent: each is set aside, and the next job is done."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis
from tests.integration.worker.conftest import Shop
from tests.integration.worker.test_queues import worker
from tests.support import wait

from common.jobs.celery_config import LINK_QUEUE, QUEUE
from common.jobs.payloads import (
    AnswerDiscord,
    ComputeReport,
    InvalidJobError,
    RestoreLink,
)
from common.jobs.publisher import JobPublisher
from worker.operations.dead_letters import KEY, MOST_KEPT, DeadLetters


def envelope(body: object, content_type: str = "application/json", **headers: Any) -> str:
    """A message as kombu keeps it in Redis."""
    text = body if isinstance(body, str) else json.dumps(body)
    return json.dumps(
        {
            "body": base64.b64encode(text.encode()).decode(),
            "content-type": content_type,
            "content-encoding": "utf-8",
            "headers": headers,
            "properties": {
                "body_encoding": "base64",
                "delivery_tag": uuid4().hex,
                "delivery_info": {"exchange": "", "routing_key": LINK_QUEUE},
            },
        }
    )


def task(name: object, kwargs: object, args: object = ()) -> str:
    return envelope([args, kwargs, {}], id=uuid4().hex, task=name, lang="py")


def without_headers() -> str:
    made = json.loads(envelope({}))
    return json.dumps({**made, "headers": None})


POISON = [
    envelope("{}", "application/data"),
    envelope("null", "application/data"),
    envelope("null"),
    envelope("{}"),
    envelope("nonsense", "application/x-python-serialize", id="1", task=RestoreLink.task),
    envelope("\0", "text/nonsense", id="1", task=RestoreLink.task),
    without_headers(),
    task("no.such.task", {}),
    '{"x-nobody": 1}',
    task(["a"], {}),
    task(RestoreLink.task, {}),
    task(RestoreLink.task, None),
    task(RestoreLink.task, {"tenant_id": "1", "link_id": uuid4().hex}),
    task(RestoreLink.task, {"tenant_id": 1, "link_id": None}),
    task(ComputeReport.task, {"tenant_id": 1, "report": "x", "start": 10**30, "end": 2}),
    "null",
    "{}",
    "[]",
    "nonsense",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "[" * 100_000,
    json.dumps({"body": "!", "properties": {"body_encoding": "base64", "delivery_tag": "x"}}),
    json.dumps({"body": "", "properties": None}),
]

NOT_SET_ASIDE = 1
"""Celery itself drops, in its pool, a task whose arguments are no mapping, and logs it."""


def test_no_message_stops_a_worker(
    shop: Shop, jobs: JobPublisher, service_url: str, redis_url: str, redis_client: Redis
) -> None:
    shop.load()
    for number, message in enumerate(POISON):
        redis_client.lpush(QUEUE if number % 2 else LINK_QUEUE, message)
    assert jobs.request_missing(shop.job())
    with worker(service_url, redis_url) as process:
        wait.until(lambda: redis_client.exists(shop.key().cached))
        wait.until(lambda: redis_client.llen(KEY) >= len(POISON) - NOT_SET_ASIDE)
        wait.until(lambda: redis_client.hlen("unacked") == 0)
        assert process.poll() is None
        before = redis_client.llen(KEY)
        redis_client.lpush(LINK_QUEUE, POISON[0])
        wait.until(lambda: redis_client.llen(KEY) > before)
    entries = [json.loads(each) for each in redis_client.lrange(KEY, 0, -1)]
    assert all({"at", "queue", "error", "message"} == set(each) for each in entries)
    assert any("x-nobody" in each["message"] for each in entries)


def test_the_list_is_bounded_and_keeps_the_latest(redis_client: Redis) -> None:
    letters = DeadLetters(redis_client)
    for number in range(MOST_KEPT + 3):
        letters.add("links", "x" * 10_000 if number < 3 else number, ValueError())
    kept = redis_client.lrange(KEY, 0, -1)
    assert len(kept) == MOST_KEPT
    assert json.loads(kept[0])["message"] == str(MOST_KEPT + 2)


@pytest.mark.parametrize("wrong", [True, "1", None, 1.5, [1], {}])
def test_a_payload_of_another_type_is_no_job(wrong: object) -> None:
    right = RestoreLink(tenant_id=1, link_id=uuid4())
    assert RestoreLink.parse(right.payload()) == right
    with pytest.raises(InvalidJobError):
        RestoreLink.parse({**right.payload(), "tenant_id": wrong})
    with pytest.raises(InvalidJobError):
        AnswerDiscord.parse({"tenant_id": wrong})
