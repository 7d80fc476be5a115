"""An admin who leaves a shop, by the command that takes it away."""

import httpx
import pytest
from tests.integration.share_api.conftest import Serve, World, assert_problem, log_in

from accounts.errors import UnknownAdminError, UnknownTenantError
from accounts.provisioning import remove_admin
from common.db.audit import Action

SESSION = "/api/admin/session"
AUDIT = "/api/admin/analytics/audit"
SHARES = "/api/admin/analytics/shares"


def test_the_shop_is_gone_at_once_and_told_of(
    anna: httpx.Client, ben: httpx.Client, world: World
) -> None:
    world.join("carl", world.berlin, "owner")
    issued = anna.post("/api/admin/analytics/revenue-overview/share")
    assert issued.status_code == 201
    remove_admin(world.engine, email="Anna@example.com", tenant="berlin")
    assert_problem(anna.get(SHARES), 403)
    assert anna.get(SESSION).json()["tenant"] is None
    assert_problem(anna.put(f"{SESSION}/tenant", json={"tenant": "berlin"}), 403)
    assert ben.get(SHARES).status_code == 200
    with pytest.raises(UnknownAdminError):
        remove_admin(world.engine, email="anna@example.com", tenant="berlin")


def test_who_was_none_stays_none(world: World, serve: Serve) -> None:
    for email, tenant, error in (
        ("nobody@example.com", "berlin", UnknownAdminError),
        ("anna@example.com", "nowhere", UnknownTenantError),
    ):
        with pytest.raises(error):
            remove_admin(world.engine, email=email, tenant=tenant)
    with serve().client() as client:
        assert log_in(client, "anna").status_code == 200


def test_it_is_in_the_audit_log(ben: httpx.Client, world: World) -> None:
    remove_admin(world.engine, email="anna@example.com", tenant="tokyo")
    entries = ben.get(AUDIT, params={"action": Action.MEMBER_REMOVED}).json()["items"]
    assert [entry["subject"] for entry in entries] == ["anna@example.com"]
