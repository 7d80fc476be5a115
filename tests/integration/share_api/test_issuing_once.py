"""Issuing under an idempotency key, and many links at once: carried out once, whole or not."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from tests.integration.share_api.conftest import Serve, Service, World, assert_problem, share_id

from common.db.tenancy import Access, transaction

SHARES = "/api/admin/analytics/shares"
SHARE = "/api/admin/analytics/revenue-overview/share"
BULK = f"{SHARES}/bulk"
OVERVIEW = {"report": "revenue-overview"}


def send(
    client: httpx.Client, body: dict[str, Any], *, key: str | None = None, to: str = SHARE
) -> httpx.Response:
    return client.post(to, json=body, headers={} if key is None else {"Idempotency-Key": key})


def many(
    client: httpx.Client, shares: Sequence[dict[str, Any]], *, key: str | None = None
) -> httpx.Response:
    return send(client, {"shares": list(shares)}, key=key, to=BULK)


def issued(world: World, tenant_id: int) -> tuple[int, int]:
    """How many links are in the ledger, and how many of them in the audit log."""
    with transaction(world.engine, Access(tenant_id=tenant_id)) as session:
        links = session.scalar(text("SELECT count(*) FROM shares"))
        told = session.scalar(
            text(
                "SELECT count(DISTINCT subject) FROM audit_entries JOIN shares"
                " ON shares.id::text = subject WHERE action = 'link.issued'"
            )
        )
        return int(links or 0), int(told or 0)


def test_under_its_key_a_link_is_issued_once(
    anna: httpx.Client, ben: httpx.Client, world: World
) -> None:
    first = send(anna, {"period": "7d"}, key="k-1")
    assert "idempotency-replayed" not in first.headers
    again = send(anna, {"period": "7d"}, key='"k-1"')
    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert again.content == first.content
    for name in ("location", "x-data-notes"):
        assert again.headers.get(name) == first.headers.get(name)
    assert issued(world, world.berlin) == (1, 1)
    assert_problem(send(anna, {"period": "30d"}, key="k-1"), 422)
    other = "/api/admin/analytics/sales-velocity/share"
    assert_problem(send(anna, {"period": "7d"}, key="k-1", to=other), 422)
    assert_problem(send(anna, {"period": "7d"}, key="a b"), 400)
    ben.put("/api/admin/session/tenant", json={"tenant": "tokyo"})
    theirs = send(ben, {"period": "7d"}, key="k-1")
    assert theirs.status_code == 201
    assert theirs.json()["url"] != first.json()["url"]
    assert send(anna, {"period": "7d"}, key="k-2").json()["url"] != first.json()["url"]


def test_a_link_that_was_revoked_is_told_again_and_stays_revoked(anna: httpx.Client) -> None:
    first = send(anna, {}, key="k")
    assert anna.delete(first.headers["location"]).status_code == 204
    assert send(anna, {}, key="k").content == first.content
    assert anna.get(first.headers["location"]).json()["state"] == "revoked"


def test_what_is_kept_holds_no_address(anna: httpx.Client, world: World) -> None:
    url = send(anna, {}, key="k").json()["url"]
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        kept = session.scalar(text("SELECT answer::text FROM idempotency_keys"))
    assert kept is not None
    assert url.rpartition("/")[2] not in kept


def test_sent_by_many_at_once_it_is_issued_once(anna: httpx.Client, world: World) -> None:
    gate = threading.Barrier(6)

    def at_once(_: int) -> httpx.Response:
        gate.wait()
        return many(anna, [OVERVIEW, OVERVIEW], key="k")

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(at_once, range(6)))
    assert {each.status_code for each in answers} <= {201, 409}
    assert len({each.content for each in answers if each.status_code == 201}) == 1
    assert issued(world, world.berlin) == (2, 2)


def test_many_links_are_issued_together(anna: httpx.Client, world: World) -> None:
    wanted: list[dict[str, Any]] = [
        {**OVERVIEW, "period": "7d", "expiresInSeconds": 60},
        {"report": "sales-velocity", "dates": {"first": "2026-01-01", "last": "2026-01-31"}},
        OVERVIEW,
    ]
    answer = many(anna, wanted, key="k")
    assert answer.status_code == 201, answer.text
    links = answer.json()["shares"]
    assert [each["reportType"] for each in links] == [each["report"] for each in wanted]
    assert all(set(each) == {"id", "url", "expiresAt", "reportType", "period"} for each in links)
    assert len({each["url"] for each in links}) == 3
    for each in links:
        entry = anna.get(f"{SHARES}/{each['id']}").json()
        assert (entry["reportType"], entry["expiresAt"]) == (each["reportType"], each["expiresAt"])
    assert issued(world, world.berlin) == (3, 3)
    assert many(anna, wanted, key="k").content == answer.content
    assert issued(world, world.berlin) == (3, 3)


@pytest.mark.parametrize(
    ("wrong", "pointers"),
    [
        ({"report": "no-such"}, ["/shares/1/report"]),
        ({"report": "customer-insights"}, ["/shares/1/report"]),
        ({**OVERVIEW, "expiresInSeconds": 10**12}, ["/shares/1/expiresInSeconds"]),
        (
            {**OVERVIEW, "dates": {"first": "2026-01-01", "last": "9999-12-30"}},
            ["/shares/1/dates/last"],
        ),
        ({**OVERVIEW, "tenant": "tokyo"}, ["/shares/1/tenant"]),
        ({"period": "7d"}, ["/shares/1/report"]),
    ],
)
def test_one_that_cannot_be_issued_is_named_and_none_is_issued(
    anna: httpx.Client, world: World, wrong: dict[str, Any], pointers: list[str]
) -> None:
    problem = assert_problem(many(anna, [OVERVIEW, wrong, OVERVIEW], key="k"), 400)
    assert [each["pointer"] for each in problem["errors"]] == pointers
    assert issued(world, world.berlin) == (0, 0)
    assert many(anna, [OVERVIEW], key="k").status_code == 201  # a refusal is not kept


def test_they_are_bounded(anna: httpx.Client, world: World) -> None:
    assert_problem(many(anna, [OVERVIEW] * 101), 400)
    assert_problem(many(anna, []), 400)
    assert_problem(anna.post(BULK, content=b'{"shares": [' + b" " * 200_000), 400)
    assert issued(world, world.berlin) == (0, 0)
    assert many(anna, [OVERVIEW] * 100).status_code == 201


def test_each_counts_as_one_and_all_are_refused_together(serve: Serve, world: World) -> None:
    with serve(SHARE_API_SHARES_PER_TENANT=5).admin() as anna:
        assert many(anna, [OVERVIEW] * 3, key="k").status_code == 201
        refused = many(anna, [OVERVIEW] * 3)
        assert_problem(refused, 429)
        assert int(refused.headers["retry-after"]) > 0
        assert many(anna, [OVERVIEW] * 3, key="k").status_code == 201  # told again, not counted
        assert many(anna, [OVERVIEW] * 2).status_code == 201
        assert_problem(send(anna, {}), 429)
    assert issued(world, world.berlin) == (5, 5)


def test_sharing_turned_off_refuses_all(anna: httpx.Client, world: World) -> None:
    anna.put("/api/admin/analytics/sharing", json={"enabled": False})
    assert_problem(many(anna, [OVERVIEW] * 2), 409)
    assert issued(world, world.berlin) == (0, 0)


def test_without_a_key_to_sign_with_nothing_is_issued(
    serve: Serve, world: World, service: Service
) -> None:
    with serve(ANALYTICS_SHARE_SIGNING_SECRET=None).admin() as anna:
        assert_problem(send(anna, {}, key="k"), 503)
        assert_problem(many(anna, [OVERVIEW], key="k"), 503)
        assert_problem(many(anna, [{}], key="k"), 400)
    assert issued(world, world.berlin) == (0, 0)


def test_one_link_of_many_is_revoked_alone(anna: httpx.Client) -> None:
    links = many(anna, [OVERVIEW] * 3).json()["shares"]
    assert anna.delete(f"{SHARES}/{links[1]['id']}").status_code == 204
    states = [anna.get(f"{SHARES}/{each['id']}").json()["state"] for each in links]
    assert states == ["active", "revoked", "active"]
    assert share_id(send(anna, {})) not in {each["id"] for each in links}
