"""Commands that list shops, members and links: in columns, or a JSON object a line."""

import json

import pytest
from sqlalchemy import select
from tests.integration.share_api.conftest import Command, World
from tests.support.samples import SECRET

from common.db.accounts import Role
from common.db.shares import Share
from common.db.tenancy import Access, transaction

SIGNING = {
    "ANALYTICS_SHARE_SIGNING_SECRET": SECRET,
    "PUBLIC_BASE_URL": "https://app.example.com",
}
SHARE = ("share", "revenue-overview", "--tenant", "berlin")


def rows(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


def test_shops_are_listed_by_their_slugs(command: Command, world: World) -> None:
    found = rows(command("tenants", "--json").stdout)
    assert [each["tenant"] for each in found] == ["berlin", "tokyo"]
    assert (found[1]["currency"], found[1]["timezone"]) == ("JPY", "Asia/Tokyo")
    head, *lines = command("tenants").stdout.splitlines()
    assert head.split() == ["tenant", "name", "currency", "timezone"]
    assert [line.split()[0] for line in lines] == ["berlin", "tokyo"]
    assert {line.index("Asia/Tokyo") for line in lines[1:]} == {head.index("timezone")}


def test_members_are_listed_with_their_roles(command: Command, world: World) -> None:
    world.join("carl", world.berlin, Role.VIEWER)
    found = rows(command("members", "--tenant", "berlin", "--json").stdout)
    assert [(each["email"], each["role"]) for each in found] == [
        ("anna@example.com", "owner"),
        ("carl@example.com", "viewer"),
    ]
    others = command("members", "--tenant", "tokyo").stdout
    assert "ben@example.com" in others
    assert "carl@example.com" not in others


def test_links_that_open_are_listed_and_all_with_those_that_ended(
    command: Command, world: World
) -> None:
    assert command("links", "--tenant", "berlin").stdout == ""
    for _ in range(2):
        assert command(*SHARE, **SIGNING).exit_code == 0
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        newest, older = session.scalars(select(Share.id).order_by(Share.issued_at.desc()))
    assert command("revoke", str(newest), "--tenant", "berlin").exit_code == 0
    (live,) = rows(command("links", "--tenant", "berlin", "--json").stdout)
    assert (live["id"], live["state"], live["report"]) == (str(older), "active", "revenue-overview")
    found = rows(command("links", "--tenant", "berlin", "--all", "--json").stdout)
    assert [(each["id"], each["state"]) for each in found] == [
        (str(newest), "revoked"),
        (str(older), "active"),
    ]
    assert command("links", "--tenant", "tokyo", "--all").stdout == ""


@pytest.mark.parametrize("name", ["members", "links"])
def test_a_shop_that_there_is_not_is_told_in_a_line(command: Command, name: str) -> None:
    done = command(name, "--tenant", "nowhere")
    assert done.exit_code == 1
    assert done.stderr.startswith("analytics: ")
