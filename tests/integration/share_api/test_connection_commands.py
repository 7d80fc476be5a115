"""`analytics connection` and `analytics ingest dead-letters`, beside the running service."""

import json

import pytest
from click.testing import Result
from tests.integration.share_api.conftest import Command, Service, World
from tests.integration.share_api.test_webhooks import ORDER, send, status_of
from tests.support.inboxes import KEY

from ingest.webhooks.work import work_off


@pytest.fixture
def analytics(command: Command) -> Command:
    """Run a command for a shop, of a deployment that can keep secrets of connections."""

    def run(*arguments: str, **changes: str) -> Result:
        shop = ("--tenant", "berlin") if "--tenant" not in arguments else ()
        return command(*arguments, *shop, **{"ANALYTICS_CONNECTION_SECRET": KEY} | changes)

    return run


def test_a_connection_is_made_rotated_paused_and_resumed(
    analytics: Command, service: Service, world: World
) -> None:
    made = analytics("connection", "create", "shopify", "--name", "Shop").output.splitlines()
    name, path, secret = made[0], made[1].split()[1], made[2].split()[1]
    assert status_of(send(service, path, secret)) == (202, "accepted")
    rotate = ("connection", "rotate", name, "--secret-file", "-", "--grace-hours", "0")
    given = "what-the-platform-signs-with"
    assert given in analytics(*rotate, given=f"{given}\n").output
    assert send(service, path, secret, event_id="old").status_code == 401
    assert "paused since" in analytics("connection", "pause", name).output
    assert status_of(send(service, path, given, event_id="new")) == (202, "held")
    assert "active" in analytics("connection", "resume", name).output
    listed = analytics("connection", "list").output
    assert name in listed
    assert given not in listed
    assert not analytics("connection", "list", "--tenant", "tokyo").output
    foreign = analytics("connection", "pause", name, "--tenant", "tokyo")
    assert (foreign.exit_code, foreign.stderr) == (1, "analytics: There is no such connection.\n")
    assert work_off(service.container.engine, world.berlin).dead == 2, "no order says so little"


def test_dead_letters_are_listed_and_replayed(
    analytics: Command, service: Service, world: World
) -> None:
    made = analytics("connection", "create", "shopify", "--name", "Shop").output.splitlines()
    path, secret = made[1].split()[1], made[2].split()[1]
    for event_id in ("e1", "e2"):
        send(service, path, secret, {**ORDER, "currency": "USD"}, event_id=event_id)
    work_off(service.container.engine, world.berlin)
    lines = analytics("ingest", "dead-letters", "list").output.splitlines()
    letters = [json.loads(line) for line in lines]
    assert [letter["eventId"] for letter in letters] == ["e2", "e1"]
    assert all("EUR" in letter["reason"] or letter["reason"] for letter in letters)
    one = str(letters[0]["id"])
    done = analytics("ingest", "dead-letters", "replay", "--id", one)
    assert done.output == "1 event will be tried again\n"
    assert len(analytics("ingest", "dead-letters", "list").output.splitlines()) == 1
    assert analytics("ingest", "dead-letters", "replay").output.startswith("1 event ")


def test_what_is_wrong_is_one_line(analytics: Command) -> None:
    create = ("connection", "create", "shopify", "--name", "Shop")
    assert (
        "ANALYTICS_CONNECTION_SECRET" in analytics(*create, ANALYTICS_CONNECTION_SECRET="").stderr
    )
    weak = analytics(*create, ANALYTICS_CONNECTION_SECRET="0" * 64)
    assert weak.exit_code == 1
    assert "0" * 64 not in weak.stderr
    assert analytics(*create, "--tenant", "nowhere").exit_code == 1
    short = analytics(*create, "--secret-file", "-", given="short")
    assert "16 to 255" in short.stderr
