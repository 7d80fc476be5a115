"""Commands of access: API keys, roles, invitations and links for a new password."""

from functools import partial

import pytest
from tests.integration.share_api.conftest import Command, Service, World

from accounts.invitations import find_invitation
from accounts.members import list_members
from accounts.reset_links import find_reset
from common.db.tenancy import TenantDb
from common.instants import now


@pytest.fixture
def analytics(command: Command) -> Command:
    """Run a command of a deployment that knows its public address."""
    return partial(command, PUBLIC_BASE_URL="https://app.example.com/")


def test_a_key_is_made_listed_and_revoked(analytics: Command, service: Service) -> None:
    wanted = ("--tenant", "berlin", "--name", "till", "--scope", "shares:read")
    key = analytics("api-key", "create", *wanted, "--expires-in-days", "2").stdout.strip()
    with service.client(headers={"Authorization": f"Bearer {key}"}) as program:
        assert program.get("/api/admin/analytics/shares").status_code == 200
        listed = analytics("api-key", "list", "--tenant", "berlin").stdout
        key_id, state, scopes = listed.split()[:3]
        assert (state, scopes) == ("active", "shares:read")
        assert key not in listed
        assert "till" in listed
        revoked = analytics("api-key", "revoke", key_id, "--tenant", "berlin")
        assert revoked.stdout == f"revoked {key_id}\n"
        assert program.get("/api/admin/analytics/shares").status_code == 401
    assert "revoked" in analytics("api-key", "list", "--tenant", "berlin").stdout
    elsewhere = analytics("api-key", "revoke", key_id, "--tenant", "tokyo")
    assert (elsewhere.exit_code, "no such API key" in elsewhere.stderr) == (1, True)


@pytest.mark.parametrize(
    "changed",
    [("--scope", "keys:write"), ("--name", " "), ("--expires-in-days", "0"), ("--tenant", "x")],
)
def test_a_key_that_cannot_be_is_one_line(analytics: Command, changed: tuple[str, str]) -> None:
    wanted = {"--tenant": "berlin", "--name": "till", "--scope": "shares:read"}
    wanted |= dict([changed])
    done = analytics("api-key", "create", *(each for pair in wanted.items() for each in pair))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("analytics: ")
    assert done.stderr.count("\n") == 1


def test_a_role_is_set_and_the_last_owner_stays(analytics: Command, world: World) -> None:
    done = analytics("set-role", "ben@example.com", "viewer", "--tenant", "tokyo")
    assert done.exit_code == 0, done.stderr
    roles = {each.email: each.role for each in list_members(TenantDb(world.engine, world.tokyo))}
    assert roles == {"anna@example.com": "owner", "ben@example.com": "viewer"}
    refused = analytics("set-role", "anna@example.com", "editor", "--tenant", "tokyo")
    assert (refused.exit_code, "only owner" in refused.stderr) == (1, True)
    for odd in (("carl@example.com", "owner"), ("x", "owner"), ("ben@example.com", "king")):
        assert analytics("set-role", *odd, "--tenant", "tokyo").exit_code != 0


def test_an_invitation_and_a_link_for_a_password_are_printed_alone(
    analytics: Command, world: World
) -> None:
    made = analytics("invite", "dora@example.com", "--tenant", "berlin", "--role", "viewer")
    base, _, token = made.stdout.rstrip("\n").rpartition("/")
    assert base == "https://app.example.com/admin/invitation"
    found = find_invitation(world.engine, token, now=now())
    assert (found.email, found.role, found.tenant_id) == (
        "dora@example.com",
        "viewer",
        world.berlin,
    )
    made = analytics("reset-password-link", "Carl@example.com")
    base, _, token = made.stdout.rstrip("\n").rpartition("/")
    assert base == "https://app.example.com/admin/reset"
    assert find_reset(world.engine, token, now=now()).admin_id == world.admins["carl"]


def test_what_cannot_be_invited_or_reset_is_one_line(analytics: Command) -> None:
    for odd in (
        ("invite", "anna@example.com", "--tenant", "berlin"),
        ("invite", "x", "--tenant", "berlin"),
        ("invite", "dora@example.com", "--tenant", "none"),
        ("reset-password-link", "nobody@example.com"),
    ):
        done = analytics(*odd)
        assert (done.exit_code, done.stdout) == (1, ""), odd
        assert done.stderr.count("\n") == 1
    lost = analytics("reset-password-link", "carl@example.com", PUBLIC_BASE_URL="")
    assert "where is the console?" in lost.stderr
