"""Webhooks over HTTP: signed and entered once, or refused in a way that tells nothing."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text
from tests.integration.share_api.conftest import Serve, Service, World, assert_problem
from tests.support import inboxes

from common.db.tenancy import Access, transaction
from common.instants import now
from ingest.webhooks.inbox import MOST_BYTES

CONNECTIONS = "/api/admin/ingest/connections"
ORDER = {"id": 1, "name": "#1", "updated_at": "2026-03-01T10:00:00Z"}


def made(client: httpx.Client, platform: str = "shopify", **given: Any) -> tuple[str, str]:
    """A new connection's path and secret."""
    body = {"platform": platform, "name": "Shop", **given}
    answer = client.post(CONNECTIONS, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["connection"]["path"], answer.json()["secret"]


def signature(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def send(
    service: Service,
    path: str,
    secret: str,
    payload: Any = ORDER,
    *,
    topic: str = "orders/create",
    event_id: str = "e1",
    headers: Mapping[str, Any] | None = None,
) -> httpx.Response:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    known: dict[str, Any] = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": signature(secret, body),
        "X-Shopify-Event-Id": event_id,
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Signature": signature(secret, body),
    }
    with service.client() as client:
        return client.post(path, content=body, headers={**known, **(headers or {})})


def status_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["status"]


def waiting(engine: Engine, tenant_id: int) -> int:
    return inboxes.states_of(engine, tenant_id).get("waiting", 0)


def test_an_event_is_taken_once(anna: httpx.Client, service: Service, world: World) -> None:
    path, secret = made(anna)
    assert status_of(send(service, path, secret)) == (202, "accepted")
    assert status_of(send(service, path, secret)) == (200, "duplicate")
    # One event id of the platform's is that of several topics, and of several bodies.
    assert status_of(send(service, path, secret, topic="orders/paid")) == (202, "accepted")
    assert status_of(send(service, path, secret, {**ORDER, "id": 2})) == (202, "accepted")
    assert status_of(send(service, path, secret, topic="products/create")) == (200, "ignored")
    assert waiting(world.engine, world.berlin) == 3
    assert service.container.redis.llen("imports") == 1, "one message for all of them"


def test_what_is_not_signed_is_told_nothing(
    anna: httpx.Client, service: Service, world: World
) -> None:
    path, secret = made(anna)
    woo, _ = made(anna, "woocommerce")
    tenant, _, rest = path.rsplit("/", 2)[1].partition("-")
    wrong = {"X-Shopify-Hmac-Sha256": signature("another secret", b"{}")}
    answers = [
        send(service, path, "another secret"),
        send(service, path, secret, headers={"X-Shopify-Hmac-Sha256": ""}),
        send(service, path, secret, headers={"X-Shopify-Hmac-Sha256": b"\xfc"}),
        send(service, path, secret, b"changed on its way", headers=wrong),
        send(service, woo.replace("woocommerce", "shopify"), secret),
        send(service, path.replace(rest, "0" * 32), secret),
        send(service, f"/api/ingest/{int(tenant) + 1}-{rest}/shopify", secret),
        *(
            send(service, f"/api/ingest/{name}/shopify", secret)
            for name in ("1", "999999999999-" + rest, f"0{tenant}-{rest}", "-", "%00", rest)
        ),
    ]
    assert {answer.status_code for answer in answers} == {401}
    problems = {json.dumps(assert_problem(answer, 401)) for answer in answers}
    assert len(problems) == 1
    assert not waiting(world.engine, world.berlin)


def test_a_ping_of_woocommerce_is_answered_whoever_it_is_for(
    anna: httpx.Client, service: Service, world: World
) -> None:
    """It is unsigned, and wants 200 exactly."""
    path, secret = made(anna, "woocommerce")
    with service.client() as client:
        for address in (path, "/api/ingest/1-0/woocommerce"):
            answer = client.post(address, data={"webhook_id": "7"})
            assert status_of(answer) == (200, "pong")
        assert client.post(path, data={"webhook_id": "7; DROP"}).status_code == 401
    assert status_of(send(service, path, secret, topic="order.updated")) == (202, "accepted")
    assert waiting(world.engine, world.berlin) == 1


def test_a_rotated_secret_stays_good_for_a_while(anna: httpx.Client, service: Service) -> None:
    path, before = made(anna)
    rotate = f"{CONNECTIONS}/{path.split('/')[3]}/rotate"
    given = "given by the platform"
    answer = anna.post(rotate, json={"secret": given.replace(" ", "-")})
    assert answer.status_code == 200, answer.text
    secret = answer.json()["secret"]
    until = answer.json()["connection"]["previousSecretUntil"]
    assert until > f"{now() + timedelta(hours=23):%Y-%m-%dT%H}"
    assert send(service, path, before, event_id="old").status_code == 202
    assert send(service, path, secret, event_id="new").status_code == 202
    latest = anna.post(rotate, json={"graceSeconds": 0}).json()["secret"]
    assert send(service, path, secret, event_id="late").status_code == 401
    assert send(service, path, before, event_id="late").status_code == 401
    assert send(service, path, latest, event_id="late").status_code == 202
    assert secret not in anna.get(CONNECTIONS).text


def test_a_paused_connection_holds_its_events(
    anna: httpx.Client, service: Service, world: World
) -> None:
    path, secret = made(anna)
    one = f"{CONNECTIONS}/{path.split('/')[3]}"
    assert anna.post(f"{one}/pause").json()["pausedAt"] is not None
    assert status_of(send(service, path, secret)) == (202, "held")
    assert service.container.redis.llen("imports") == 0
    assert anna.post(f"{one}/resume").json()["pausedAt"] is None
    with transaction(world.engine, Access()) as session:
        due = session.scalars(text("SELECT tenant_id FROM due_webhooks(now())")).all()
    assert due == [world.berlin]
    entries = anna.get("/api/admin/analytics/audit").json()["items"]
    actions = [each["action"] for each in entries if each["action"].startswith("connection")]
    assert actions == ["connection.resumed", "connection.paused", "connection.created"]


def test_bounds(anna: httpx.Client, serve: Serve, service: Service, world: World) -> None:
    path, secret = made(anna)
    large = b"[" * (MOST_BYTES + 1)
    assert assert_problem(send(service, path, secret, large), 413)["type"].endswith("too-large")
    deep = b"[" * MOST_BYTES  # is taken: a worker says that it is no JSON
    assert send(service, path, secret, deep).status_code == 202
    full = serve(SHARE_API_WEBHOOKS_WAITING=1)
    answer = send(full, path, secret)
    assert assert_problem(answer, 503)["type"].endswith("inbox-full")
    assert answer.headers["retry-after"] == "60"
    few = serve(SHARE_API_WEBHOOKS_PER_MINUTE=1)
    codes = [send(few, path, secret, event_id=f"f{n}").status_code for n in range(2)]
    assert codes == [202, 429]
    assert waiting(world.engine, world.berlin) == 2


def test_without_a_key_there_are_no_connections(serve: Serve, world: World) -> None:
    service = serve(ANALYTICS_CONNECTION_SECRET="")
    with service.admin() as anna:
        body = {"platform": "shopify", "name": "Shop"}
        problem = assert_problem(anna.post(CONNECTIONS, json=body), 503)
        assert problem["type"].endswith("connections-not-configured")
    assert_problem(send(service, "/api/ingest/1-0/shopify", "secret"), 503)


def test_a_connection_that_is_not_right_is_refused(anna: httpx.Client) -> None:
    for body in (
        {"platform": "ebay", "name": "Shop"},
        {"platform": "shopify", "name": " "},
        {"platform": "shopify", "name": "Shop", "secret": "short"},
        {"platform": "shopify", "name": "Shop", "secret": "sixteen spaces and more"},
        {"platform": "shopify"},
    ):
        assert_problem(anna.post(CONNECTIONS, json=body), 400)
    for what in ("rotate", "pause", "resume"):
        assert_problem(anna.post(f"{CONNECTIONS}/1-0/{what}"), 404)


@pytest.mark.usefixtures("as_served")
def test_redis_gone_loses_no_event(anna: httpx.Client, serve: Serve, world: World) -> None:
    path, secret = made(anna)
    service = serve(REDIS_URL="redis://127.0.0.1:1/0")
    assert status_of(send(service, path, secret)) == (202, "accepted")
    assert waiting(world.engine, world.berlin) == 1


def test_postgres_gone_has_the_platform_send_it_again(
    anna: httpx.Client, serve: Serve, world: World, service_url: str
) -> None:
    path, secret = made(anna)
    service = serve(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    answer = send(service, path, secret)
    assert assert_problem(answer, 503)["type"].endswith("unavailable")
    assert answer.headers["retry-after"]
