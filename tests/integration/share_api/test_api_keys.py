"""API keys over HTTP: made once, shown never again, good for what they say, and over at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from tests.integration.share_api.conftest import Service, World, assert_problem

from accounts import key_holders
from accounts.api_keys import MAX_KEYS, KeyRequest, create_key
from accounts.key_format import new_key
from accounts.permissions import SCOPES, Permission
from common.db.audit import Action, Author
from common.db.tenancy import Access, TenantDb, transaction
from common.instants import now

KEYS = "/api/admin/keys"
SHARE = "/api/admin/analytics/revenue-overview/share"
SHARES = "/api/admin/analytics/shares"
AUDIT = "/api/admin/analytics/audit"
ALL = [scope.value for scope in SCOPES]


def made(client: httpx.Client, *scopes: str, **more: Any) -> dict[str, Any]:
    body = {"name": "nightly sync", "scopes": [*scopes] or ALL, **more}
    answer = client.post(KEYS, json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{KEYS}/{answer.json()['id']}"
    told: dict[str, Any] = answer.json()
    return told


@contextmanager
def program(service: Service, key: str) -> Iterator[httpx.Client]:
    with service.client(headers={"Authorization": f"Bearer {key}"}) as client:
        yield client


def assert_no_key(answer: httpx.Response) -> None:
    """The one answer to every key that is none, or is over."""
    assert assert_problem(answer, 401) == {
        "type": "urn:analytics:problem:invalid-key",
        "title": "API key not valid",
        "status": 401,
        "detail": "The API key is not valid.",
    }
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_a_program_makes_a_link_which_the_logs_name_it_for(
    service: Service, anna: httpx.Client
) -> None:
    key = made(anna, "shares:write", "shares:read")
    with program(service, key["key"]) as client:
        issued = client.post(SHARE, json={"period": "7d"})
        assert issued.status_code == 201, issued.text
        assert "set-cookie" not in issued.headers
        (entry,) = client.get(SHARES).json()["items"]
    name = f"API key nightly sync ({key['id']})"
    assert entry["createdBy"] == name
    (logged,) = anna.get(AUDIT, params={"action": Action.LINK_ISSUED}).json()["items"]
    assert logged["actor"] == name
    assert logged["address"] == "127.0.0.1"
    (told,) = anna.get(AUDIT, params={"action": Action.API_KEY_CREATED}).json()["items"]
    assert (told["actor"], told["subject"]) == ("anna@example.com", key["id"])
    assert told["details"] == {"name": "nightly sync", "scopes": ["shares:read", "shares:write"]}


def test_a_key_is_told_once_and_kept_nowhere(
    anna: httpx.Client, ben: httpx.Client, world: World
) -> None:
    key = made(anna, "shares:read", expiresInDays=7)
    (listed,) = anna.get(KEYS).json()["items"]
    assert listed == anna.get(f"{KEYS}/{key['id']}").json()
    assert listed == {name: value for name, value in key.items() if name != "key"}
    assert listed["prefix"] == key["key"][:12]
    assert (listed["state"], listed["lastUsedAt"]) == ("active", None)
    assert listed["createdBy"] == "anna@example.com"
    secret = key["key"].rsplit("_", 1)[1]
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        rows = session.scalars(
            text("SELECT t::text FROM api_keys t UNION ALL SELECT t::text FROM audit_entries t")
        ).all()
    assert rows
    assert not [row for row in rows if secret in row]
    assert ben.get(KEYS).json()["items"] == []
    assert_problem(ben.get(f"{KEYS}/{key['id']}"), 404)
    assert_problem(ben.delete(f"{KEYS}/{key['id']}"), 404)


def test_what_is_no_key_gets_one_answer(service: Service, anna: httpx.Client, world: World) -> None:
    revoked, expired = made(anna), made(anna)
    assert anna.delete(f"{KEYS}/{revoked['id']}").status_code == 204
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        session.execute(
            text(
                "UPDATE api_keys SET created_at = created_at - interval '1 year',"
                " expires_at = now() WHERE id = :id"
            ),
            {"id": expired["id"]},
        )
    unknown = new_key(uuid4())
    shown = [revoked["key"], expired["key"], unknown, unknown[:-1], "x" * 86, "", "é", "a b"]
    with service.client() as client:
        for key in shown:
            header = f"Bearer {key}".rstrip().encode()
            for method, path in (("GET", SHARES), ("POST", SHARE), ("GET", f"{SHARES}/x")):
                assert_no_key(
                    client.request(method, path, content=b"{", headers={b"Authorization": header})
                )
        twice = [("Authorization", f"Bearer {made(anna)['key']}")] * 2
        assert_no_key(client.get(SHARES, headers=twice))
    states = {each["id"]: each["state"] for each in anna.get(KEYS).json()["items"]}
    assert states[revoked["id"]] == "revoked"
    assert states[expired["id"]] == "expired"


def test_without_session_and_key_the_order_is_403_400_503(service: Service) -> None:
    with service.client() as client:
        for headers in ({}, {"Authorization": "Basic YTpi"}):
            problem = assert_problem(client.post(SHARE, content=b"{", headers=headers), 403)
            assert problem["type"].endswith(":no-session")


def test_a_key_wins_over_no_session_and_neither_over_both(
    service: Service, anna: httpx.Client
) -> None:
    key = made(anna)["key"]
    answer = anna.get(SHARES, headers={"Authorization": f"Bearer {key}"})
    assert assert_problem(answer, 400)["type"].endswith(":two-credentials")
    with program(service, key) as client:
        assert client.get(SHARES).status_code == 200


def test_no_other_site_is_feared_with_a_key(service: Service, anna: httpx.Client) -> None:
    """A browser adds no key by itself; with the cookie beside it, nothing is done."""
    key = made(anna)["key"]
    elsewhere = {"Origin": "https://evil.example.com", "Sec-Fetch-Site": "cross-site"}
    with program(service, key) as client:
        assert client.post(SHARE, headers=elsewhere).status_code == 201
    both = {**elsewhere, "Authorization": f"Bearer {key}"}
    assert_problem(anna.post(SHARE, headers=both), 400)
    assert_problem(anna.delete("/api/admin/session", headers=both), 403)
    assert anna.get("/api/admin/session").status_code == 200


def test_a_missing_scope_is_named(service: Service, anna: httpx.Client) -> None:
    with program(service, made(anna, "shares:read")["key"]) as client:
        answer = client.post(SHARE, content=b"{")
        problem = assert_problem(answer, 403)
        assert problem["type"].endswith(":missing-scope")
        assert "shares:write" in problem["detail"]
        assert answer.headers["www-authenticate"] == (
            'Bearer error="insufficient_scope", scope="shares:write"'
        )


def test_no_key_makes_keys_or_begins_a_session(service: Service, anna: httpx.Client) -> None:
    key = made(anna)
    with program(service, key["key"]) as client:
        for method, path, body in (
            ("POST", KEYS, {"name": "more", "scopes": ["shares:read"]}),
            ("GET", KEYS, None),
            ("DELETE", f"{KEYS}/{key['id']}", None),
            ("GET", "/api/admin/members", None),
            ("GET", "/api/admin/session", None),
            ("DELETE", "/api/admin/sessions", None),
            ("PUT", "/api/admin/session/tenant", {"tenant": "tokyo"}),
            ("POST", "/api/admin/session", {"email": "anna@example.com", "password": "x"}),
        ):
            answer = client.request(method, path, json=body)
            assert assert_problem(answer, 403)["type"].endswith(":person-only"), path
            assert "set-cookie" not in answer.headers
        assert client.get("/api/admin/analytics/reports").status_code == 200


def test_a_key_that_is_revoked_while_it_is_used(service: Service, anna: httpx.Client) -> None:
    """Programs go on asking while it is revoked: after that answer, no request is let in."""
    key = made(anna, "shares:read")
    revoked, wrong = threading.Event(), []

    def ask() -> None:
        with program(service, key["key"]) as client:
            while True:
                over = revoked.is_set()
                status = client.get(SHARES).status_code
                if over:
                    wrong.extend([status] if status != 401 else [])
                    return

    programs = [threading.Thread(target=ask) for _ in range(4)]
    for each in programs:
        each.start()
    assert anna.delete(f"{KEYS}/{key['id']}").status_code == 204
    revoked.set()
    for each in programs:
        each.join()
    assert wrong == []
    assert anna.delete(f"{KEYS}/{key['id']}").status_code == 204
    entries = anna.get(AUDIT, params={"action": Action.API_KEY_REVOKED}).json()["items"]
    assert [each["subject"] for each in entries] == [key["id"]]


def test_the_last_use_is_written_once_a_minute(
    service: Service, anna: httpx.Client, world: World
) -> None:
    key = made(anna, "shares:read")
    at = now()
    seen = []
    for seconds in (0, 59, 60, 61):
        moment = at + timedelta(seconds=seconds)
        assert key_holders.find_holder(world.engine, key["key"], at=moment) is not None
        seen.append(anna.get(f"{KEYS}/{key['id']}").json()["lastUsedAt"])
    assert seen[0] is not None
    assert seen[0] == seen[1]
    assert seen[1] < seen[2]
    assert seen[2] == seen[3]


def test_a_key_goes_with_the_membership_of_who_made_it(
    service: Service, anna: httpx.Client, world: World
) -> None:
    key = made(anna, "shares:read")["key"]
    by_operator, operators = create_key(
        TenantDb(world.engine, world.berlin),
        KeyRequest("operator's", frozenset({Permission.SHARES_READ})),
        author=Author("command line"),
        at=now(),
    )
    world.leave("anna", world.berlin)
    with program(service, key) as client:
        assert_no_key(client.get(SHARES))
    with program(service, operators) as client:
        assert client.get(SHARES).status_code == 200
    assert by_operator.created_by is None


def test_a_shop_has_so_many_keys_at_most(anna: httpx.Client, world: World) -> None:
    wanted = KeyRequest("one of many", frozenset({Permission.SHARES_READ}))
    db, by = TenantDb(world.engine, world.berlin), Author("command line")
    for _ in range(MAX_KEYS):
        key, _ = create_key(db, wanted, author=by, at=now())
    body = {"name": "one more", "scopes": ["shares:read"]}
    assert assert_problem(anna.post(KEYS, json=body), 409)["type"].endswith(":too-many-keys")
    assert anna.delete(f"{KEYS}/{key.id}").status_code == 204
    assert anna.post(KEYS, json=body).status_code == 201
    first = anna.get(KEYS, params={"limit": 100}).json()
    rest = anna.get(KEYS, params={"limit": 100, "cursor": first["nextCursor"]}).json()
    ids = [each["id"] for page in (first, rest) for each in page["items"]]
    assert len(set(ids)) == len(ids) == MAX_KEYS + 1
    assert rest["nextCursor"] is None


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": " \t"}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"name": "a\u202eb"}, "/name"),
        ({"name": 1}, "/name"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["keys:write"]}, "/scopes/0"),
        ({"scopes": ["shares:read", "x"]}, "/scopes/1"),
        ({"scopes": "shares:read"}, "/scopes"),
        ({"expiresInDays": 0}, "/expiresInDays"),
        ({"expiresInDays": 367}, "/expiresInDays"),
        ({"expiresInDays": True}, "/expiresInDays"),
        ({"expiresInDays": None}, "/expiresInDays"),
        ({"tenant": "tokyo"}, "/tenant"),
    ],
)
def test_a_wrong_body(anna: httpx.Client, change: dict[str, Any], pointer: str) -> None:
    body = {"name": "sync", "scopes": ["shares:read"], **change}
    problem = assert_problem(anna.post(KEYS, json=body), 400)
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
