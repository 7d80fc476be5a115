"""Whoever asks for whatever: a route lets in those whom the registry names, and nobody else."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.integration.share_api.conftest import Service, World, assert_problem

from accounts.api_keys import KeyRequest, create_key
from accounts.permissions import REGISTRY, SCOPES, Permission
from common.db.accounts import Role
from common.db.audit import Action, Author
from common.db.tenancy import TenantDb
from common.instants import now
from share_api.app import create_app
from share_api.routes.permissions import api_routes, declarations

MEMBERS = "/api/admin/members"
REFUSED = {"role", "missing-scope", "person-only", "no-session", "two-credentials", "invalid-key"}
SESSIONS = "/api/admin/session"


def guarded(service: Service) -> list[tuple[str, str, Permission | str]]:
    """Every operation of the admin API but those of sessions, with what it declares."""
    app = create_app(service.container.settings, service.container)
    return [
        (method, route.path, declarations(route)[0])
        for route in api_routes(app.routes)
        if route.path.startswith("/api/admin/") and not route.path.startswith(SESSIONS)
        for method in sorted(route.methods or ())
    ]


@pytest.fixture
def callers(
    service: Service, world: World
) -> Iterator[Mapping[str, tuple[httpx.Client, Role | None, frozenset[Permission] | None]]]:
    """A member of each role, and keys: for each scope one, for all, and of a viewer's making."""
    names = dict(zip(("anna", "ben", "carl"), Role, strict=True))
    for name in ("ben", "carl"):
        world.join(name, world.berlin, names[name])
    db = TenantDb(world.engine, world.berlin)
    found: dict[str, tuple[httpx.Client, Role | None, frozenset[Permission] | None]] = {}
    with ExitStack() as stack:
        for name, role in names.items():
            found[name] = (stack.enter_context(service.admin(name)), role, None)
        wanted: list[tuple[set[Permission], str | None]] = [({scope}, None) for scope in SCOPES]
        wanted += [(set(SCOPES), None), (set(SCOPES), "carl"), (set(SCOPES), "ben")]
        for scopes, maker in wanted:
            by = Author(maker or "command line", world.admins[maker] if maker else None)
            request = KeyRequest("of a test", frozenset(scopes))
            _, key = create_key(db, request, author=by, at=now())
            client = stack.enter_context(service.client(headers={"Authorization": f"Bearer {key}"}))
            made_by = names[maker] if maker else None
            found[f"key {len(found)}"] = (client, made_by, frozenset(scopes))
        yield found


def allowed(
    declared: Permission | str, role: Role | None, scopes: frozenset[Permission] | None
) -> bool:
    """What the registry says, written out anew."""
    if declared == "known":
        return True
    assert isinstance(declared, Permission)
    grant = REGISTRY[declared]
    by_role = role is None or role in grant.roles
    return by_role and (scopes is None or (grant.to_keys and declared in scopes))


def test_who_may_is_let_in_and_nobody_else(
    service: Service, callers: Mapping[str, tuple[httpx.Client, Any, Any]]
) -> None:
    """Every operation, asked by everybody with a body that is not right and changes nothing."""
    wrong = []
    for method, template, declared in guarded(service):
        path = template.replace("{report}", "none").replace("{member_id}", "0")
        path = path.format(
            share_id=uuid4(),
            import_id=uuid4(),
            invitation_id=uuid4(),
            key_id=uuid4(),
            guild_id=1,
            connection_id="x",
            template_id=uuid4(),
        )
        for name, (client, role, scopes) in callers.items():
            body = b"{" if method in {"POST", "PUT", "PATCH"} else b""
            answer = client.request(method, path, content=body)
            kind = answer.json().get("type", "") if answer.status_code >= 400 else ""
            refused = kind.rpartition(":")[2] in REFUSED
            if refused is allowed(declared, role, scopes):
                wrong.append(f"{name} {method} {path}: {answer.status_code} {answer.text[:150]}")
            assert answer.status_code not in {500, 401}
    assert not wrong, "\n".join(wrong)


def test_a_role_is_told_with_the_session_and_holds_at_once(
    service: Service, anna: httpx.Client, world: World
) -> None:
    world.join("carl", world.berlin, "editor")
    share = "/api/admin/analytics/revenue-overview/share"
    with service.admin("carl") as carl:
        assert carl.get(SESSIONS).json()["role"] == "editor"
        assert carl.post(share).status_code == 201
        assert_problem(carl.put(f"{MEMBERS}/{world.admins['carl']}", json={"role": "owner"}), 403)
        changed = anna.put(f"{MEMBERS}/{world.admins['carl']}", json={"role": "viewer"})
        assert changed.json()["role"] == "viewer"
        problem = assert_problem(carl.post(share, content=b"{"), 403)
        assert problem["type"].endswith(":role")
        assert "editor or owner" in problem["detail"]
        assert carl.get("/api/admin/analytics/shares").status_code == 200
        assert anna.delete(f"{MEMBERS}/{world.admins['carl']}").status_code == 204
        assert_problem(carl.get("/api/admin/analytics/shares"), 403)
        assert carl.get(SESSIONS).json()["role"] is None
    log = anna.get("/api/admin/analytics/audit").json()["items"]
    told = {each["action"]: each for each in log}
    assert told[Action.ROLE_CHANGED]["details"] == {"before": "editor", "after": "viewer"}
    assert told[Action.MEMBER_REMOVED]["subject"] == "carl@example.com"


def test_members_are_those_of_the_shop(anna: httpx.Client, ben: httpx.Client, world: World) -> None:
    listed = ben.get(MEMBERS).json()["items"]
    assert [(each["email"], each["role"]) for each in listed] == [
        ("anna@example.com", "owner"),
        ("ben@example.com", "owner"),
    ]
    for client, name in ((anna, "ben"), (anna, "carl")):
        path = f"{MEMBERS}/{world.admins[name]}"
        assert_problem(client.put(path, json={"role": "viewer"}), 404)
        assert_problem(client.delete(path), 404)
    for strange in ("0", "01", "-1", "x", "9" * 30, "%00", "٣"):
        assert_problem(anna.delete(f"{MEMBERS}/{strange}"), 404)
    for body in (
        {"role": "king"},
        {"role": "Owner"},
        {"role": None},
        {},
        {"role": "owner", "x": 1},
    ):
        assert_problem(anna.put(f"{MEMBERS}/{world.admins['anna']}", json=body), 400)


def test_the_last_owner_stays_one(anna: httpx.Client, world: World) -> None:
    me = f"{MEMBERS}/{world.admins['anna']}"
    world.join("carl", world.berlin, "editor")
    for refused in (
        anna.put(me, json={"role": "editor"}),
        anna.put(me, json={"role": "viewer"}),
        anna.delete(me),
    ):
        assert assert_problem(refused, 409)["type"].endswith(":last-owner")
    assert anna.put(me, json={"role": "owner"}).status_code == 200
    assert anna.put(f"{MEMBERS}/{world.admins['carl']}", json={"role": "owner"}).status_code == 200
    assert anna.delete(me).status_code == 204


@pytest.mark.parametrize("way", ["demote", "remove"])
def test_two_owners_who_demote_each_other_at_once(
    way: str, anna: httpx.Client, ben: httpx.Client, world: World, service: Service
) -> None:
    """One of them is told that the other is the last: never is a shop without an owner."""
    with service.admin("anna", "tokyo") as one:
        ready = threading.Barrier(2)
        statuses: dict[str, int] = {}

        def demote(client: httpx.Client, other: str) -> None:
            path = f"{MEMBERS}/{world.admins[other]}"
            ready.wait()
            if way == "demote":
                answer = client.put(path, json={"role": "viewer"})
            else:
                answer = client.delete(path)
            statuses[other] = answer.status_code

        both = [
            threading.Thread(target=demote, args=each) for each in ((one, "ben"), (ben, "anna"))
        ]
        for each in both:
            each.start()
        for each in both:
            each.join()
    done, refused = sorted(statuses.values())
    assert done in {200, 204}
    assert refused in {403, 409}  # too late to be an owner, or the last one
    with_owner = [name for name, status in statuses.items() if status != done]
    assert len(with_owner) == 1
    with service.admin(with_owner[0], "tokyo") as client:
        owners = [m for m in client.get(MEMBERS).json()["items"] if m["role"] == "owner"]
    assert [each["email"] for each in owners] == [f"{with_owner[0]}@example.com"]
