"""Logging out everywhere, and a new password: every other session ends, at once and surely."""

import json
from collections.abc import Iterator

import httpx
import pytest
from redis import Redis
from sqlalchemy import Engine, select
from tests.integration.share_api.conftest import (
    PASSWORD,
    Serve,
    Service,
    World,
    assert_problem,
    log_in,
)

from accounts.provisioning import set_password
from common.db.audit import Action, AuditEntry
from common.db.tenancy import Access, transaction
from share_api.auth.sessions import COOKIE

SESSION = "/api/admin/session"
SESSIONS = "/api/admin/sessions"
CHANGE = f"{SESSION}/password"
NEW = "another long password"


@pytest.fixture
def elsewhere(service: Service) -> Iterator[httpx.Client]:
    """Anna on another device."""
    with service.admin() as client:
        yield client


def actions(engine: Engine, tenant_id: int) -> list[str]:
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        query = select(AuditEntry.action).order_by(AuditEntry.at)
        return list(session.scalars(query))


def change(client: httpx.Client, current: str = PASSWORD, new: str = NEW) -> httpx.Response:
    """Change the password, and keep the cookie of the answer."""
    answer = client.put(CHANGE, json={"currentPassword": current, "newPassword": new})
    for cookie in answer.headers.get_list("set-cookie"):
        client.headers["Cookie"] = cookie.partition(";")[0]
    return answer


def test_logging_out_everywhere_ends_every_session_of_the_admin_alone(
    anna: httpx.Client, elsewhere: httpx.Client, ben: httpx.Client, world: World
) -> None:
    answer = anna.delete(SESSIONS)
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    for client in (anna, elsewhere):
        assert_problem(client.get(SESSION), 403)
    assert ben.get(SESSION).status_code == 200
    assert log_in(anna, "anna").status_code == 200
    assert Action.LOGOUT_EVERYWHERE in actions(world.engine, world.berlin)
    assert_problem(elsewhere.delete(SESSIONS), 403)


def test_a_session_that_redis_brings_back_is_over_all_the_same(
    anna: httpx.Client, redis_client: Redis
) -> None:
    (key,) = redis_client.keys("session:*")
    before = redis_client.dump(key)
    assert before is not None
    anna.delete(SESSIONS)
    redis_client.restore(key, 7200_000, before, replace=True)
    assert_problem(anna.get(SESSION), 403)
    assert not redis_client.exists(key)


def test_a_new_password_ends_every_other_session(
    anna: httpx.Client, elsewhere: httpx.Client, service: Service, world: World
) -> None:
    old_cookie = anna.headers["cookie"]
    answer = change(anna)
    assert answer.status_code == 200, answer.text
    assert answer.json()["tenant"]["slug"] == "berlin"
    assert anna.headers["cookie"] != old_cookie
    assert anna.get(SESSION).json() == answer.json()
    assert_problem(elsewhere.get(SESSION), 403)
    assert_problem(anna.get(SESSION, headers={"Cookie": old_cookie}), 403)
    with service.client() as client:
        assert_problem(log_in(client, "anna"), 403)
        assert log_in(client, "anna", NEW).status_code == 200
    assert Action.PASSWORD_CHANGED in actions(world.engine, world.berlin)
    assert Action.PASSWORD_CHANGED in actions(world.engine, world.tokyo)


def test_the_present_password_has_to_be_shown(anna: httpx.Client, elsewhere: httpx.Client) -> None:
    problem = assert_problem(change(anna, current="a wrong password"), 403)
    assert problem["detail"] == "The current password is wrong."
    assert anna.get(SESSION).status_code == elsewhere.get(SESSION).status_code == 200


def test_guesses_at_the_present_password_are_counted_as_logins(serve: Serve, world: World) -> None:
    with serve(SHARE_API_LOGINS_PER_ACCOUNT=3).admin(tenant=None) as client:
        statuses = [change(client, current="a wrong password").status_code for _ in range(4)]
        assert statuses == [403, 403, 403, 429]
        assert_problem(change(client), 429)


def test_of_two_changes_at_once_one_counts(
    anna: httpx.Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password is changed while a request that has shown it is still hashing the new one."""

    def meanwhile(email: str) -> None:
        set_password(world.engine, email=email, password="the operator's choice")

    monkeypatch.setattr(
        "share_api.rate_limits.LoginRateLimit.reset", lambda *_: meanwhile("anna@example.com")
    )
    assert_problem(change(anna), 403)
    assert_problem(log_in(anna, "anna", NEW), 403)


def test_a_login_with_the_password_of_a_moment_ago_is_none(
    service: Service, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "share_api.rate_limits.LoginRateLimit.reset",
        lambda *_: set_password(world.engine, email="anna@example.com", password=NEW),
    )
    with service.client() as client:
        answer = log_in(client, "anna")
        assert_problem(answer, 403)
        assert "set-cookie" not in answer.headers


def test_the_operator_may_set_one(anna: httpx.Client, world: World) -> None:
    set_password(world.engine, email="anna@example.com", password=NEW)
    assert_problem(anna.get(SESSION), 403)
    assert_problem(log_in(anna, "anna"), 403)
    assert log_in(anna, "anna", NEW).status_code == 200
    assert Action.PASSWORD_CHANGED in actions(world.engine, world.berlin)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"currentPassword": PASSWORD, "newPassword": "short"}, "/newPassword"),
        ({"currentPassword": PASSWORD, "newPassword": "x" * 1025}, "/newPassword"),
        ({"currentPassword": PASSWORD, "newPassword": "a lone surrogate \ud800"}, "/newPassword"),
        ({"currentPassword": PASSWORD, "newPassword": PASSWORD}, "/newPassword"),
        ({"currentPassword": PASSWORD, "newPassword": "Password2026!"}, "/newPassword"),
        ({"currentPassword": PASSWORD, "newPassword": "anna@example.com"}, "/newPassword"),
        ({"currentPassword": PASSWORD}, "/newPassword"),
        ({"currentPassword": "", "newPassword": NEW}, "/currentPassword"),
        ({"currentPassword": PASSWORD, "newPassword": NEW, "email": "x"}, "/email"),
    ],
)
def test_a_wrong_body(anna: httpx.Client, body: dict[str, str], pointer: str) -> None:
    problem = assert_problem(anna.put(CHANGE, content=json.dumps(body)), 400)
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert PASSWORD not in str(problem)


def test_without_a_session(service: Service) -> None:
    with service.client() as client:
        for cookie in ("", f"{COOKIE}={'A' * 43}"):
            client.headers["Cookie"] = cookie
            assert_problem(client.put(CHANGE, content=b"{"), 403)
            assert_problem(client.delete(SESSIONS), 403)
