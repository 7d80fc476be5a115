"""`analytics keys`, and keys that come and go: which links live by which key."""

import re
from datetime import timedelta
from secrets import token_hex
from uuid import uuid4

import httpx
import pytest
import time_machine
from click.testing import Result
from redis import Redis
from sqlalchemy import text
from tests.integration.share_api.conftest import Command, Serve, World, share_id

from common.db.tenancy import Access, transaction
from common.instants import iso, now
from common.links.token import KeyRing

SHARES = "/api/admin/analytics/shares"
SHARE = "/api/admin/analytics/revenue-overview/share"
OLD, NEW = token_hex(32), token_hex(32)


@pytest.fixture
def analytics(command: Command) -> Command:
    """Run the command line of a deployment whose keys are given."""

    def run(*arguments: str, secret: str = OLD, retired: str = "", **changes: str) -> Result:
        keys = {
            "ANALYTICS_SHARE_SIGNING_SECRET": secret,
            "ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED": retired,
            "PUBLIC_BASE_URL": "https://app.example.com",
        }
        done = command(*arguments, **keys | changes)
        assert not {OLD, NEW} & set(re.findall(r"[0-9a-f]{64}", done.output))
        return done

    return run


def id_of(secret: str) -> str:
    return KeyRing(secret).key_id


def expiry(url_or_entry: dict[str, str]) -> str:
    return url_or_entry["expiresAt"]


def test_what_depends_on_a_key_before_and_after_it_is_retired(
    analytics: Command, serve: Serve, world: World
) -> None:
    with serve(ANALYTICS_SHARE_SIGNING_SECRET=OLD).admin() as anna:
        gone = share_id(anna.post(SHARE))
        first = anna.post(SHARE, json={"expiresInSeconds": 3600}).json()
        anna.post(SHARE, json={"expiresInSeconds": 1})
        anna.delete(f"{SHARES}/{gone}")
        anna.put("/api/admin/session/tenant", json={"tenant": "tokyo"})
        last = anna.post(SHARE, json={"expiresInSeconds": 7200}).json()
    with serve(
        ANALYTICS_SHARE_SIGNING_SECRET=NEW, ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED=OLD
    ).admin() as anna:
        fresh = anna.post(SHARE, json={"expiresInSeconds": 600}).json()
    with time_machine.travel(now() + timedelta(seconds=10), tick=True):
        done = analytics("keys", secret=NEW, retired=OLD)
        shops = [
            f"    berlin  1 live links  until {expiry(first)}",
            f"    tokyo  1 live links  until {expiry(last)}",
        ]
        assert done.stdout.splitlines() == [
            f"{id_of(NEW)}  signs          1 live links  until {expiry(fresh)}",
            f"    berlin  1 live links  until {expiry(fresh)}",
            f"{id_of(OLD)}  verifies       2 live links  until {expiry(last)}",
            *shops,
        ]
        done = analytics("keys", secret=NEW)
        assert done.stdout.splitlines()[2:] == [
            f"{id_of(OLD)}  retired        2 live links  until {expiry(last)}",
            *shops,
        ]
    with time_machine.travel(now() + timedelta(hours=3), tick=True):
        done = analytics("keys", secret=NEW, retired=OLD)
        assert [line.split()[:3] for line in done.stdout.splitlines()] == [
            [id_of(NEW), "signs", "0"],
            [id_of(OLD), "verifies", "0"],
        ], "what expired depends on nothing"


def test_shops_are_told_once_of_a_retired_key(
    analytics: Command, serve: Serve, world: World
) -> None:
    with serve(ANALYTICS_SHARE_SIGNING_SECRET=OLD).admin() as anna:
        anna.post(SHARE)
        assert "told" not in analytics("keys", secret=NEW).stdout
        for words in ("1 entry", "0 entries"):
            done = analytics("keys", "--record", secret=NEW)
            assert done.stdout.splitlines()[-1] == f"told the audit logs: {words}"
        audit = "/api/admin/analytics/audit?action=key.retired"
        (entry,) = anna.get(audit).json()["items"]
        assert (entry["subject"], entry["actor"]) == (id_of(OLD), "command line")
        assert entry["details"] == {"links": 1}
        anna.put("/api/admin/session/tenant", json={"tenant": "tokyo"})
        assert anna.get(audit).json()["items"] == [], "no link of theirs was concerned"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"secret": ""}, "ANALYTICS_SHARE_SIGNING_SECRET is not set"),
        ({"secret": "hunter2"}, "ANALYTICS_SHARE_SIGNING_SECRET"),
        ({"retired": f"{NEW},hunter2"}, "ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED"),
        ({"DATABASE_URL": "postgresql://a:hunter2@127.0.0.1:1/x"}, "database"),
    ],
)
def test_an_expected_failure_is_one_line(
    analytics: Command, changes: dict[str, str], words: str
) -> None:
    done = analytics("keys", **changes)
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert words in line
    assert "hunter2" not in line


def test_sharing_and_audit_on_the_command_line(
    analytics: Command, anna: httpx.Client, redis_client: Redis
) -> None:
    assert analytics("sharing", "--tenant", "berlin").stdout == "sharing is on\n"
    for report in ("revenue-overview", "sales-velocity"):
        analytics("share", "--tenant", "berlin", report)
    done = analytics("revoke", "--tenant", "berlin", "--all", "--report", "sales-velocity")
    assert done.stdout == "revoked 1 link\n"
    done = analytics("sharing", "off", "--tenant", "berlin")
    assert re.fullmatch(r"sharing is off since \S+Z, revoked 1 link\n", done.stdout)
    refused = analytics("share", "--tenant", "berlin", "revenue-overview")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "turned off" in refused.stderr
    assert {redis_client.get(key) for key in redis_client.scan_iter("*:link:*")} == {b"revoked"}
    assert analytics("sharing", "on", "--tenant", "berlin").stdout == "sharing is on\n"

    lines = analytics("audit", "--tenant", "berlin").stdout.splitlines()
    listed = anna.get("/api/admin/analytics/audit").json()["items"]
    assert [httpx.Response(200, text=line).json() for line in lines] == listed
    assert [each["action"] for each in listed[:4]] == [
        "sharing.on",
        "sharing.off",
        "links.revoked",
        "link.issued",
    ]
    assert {each["actor"] for each in listed[:4]} == {"command line"}
    done = analytics("audit", "--tenant", "berlin", "--action", "link.issued", "--limit", "1")
    assert done.stdout == lines[3] + "\n"
    assert analytics("audit", "--tenant", "tokyo", "--action", "link.issued").stdout == ""


def test_more_entries_than_are_read_at_once(
    analytics: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.admin.links._PAGE", 2)
    for change in ("off", "on", "off", "on", "off"):
        analytics("sharing", change, "--tenant", "berlin")
    for limit, count in ((100, 5), (3, 3), (4, 4)):
        done = analytics("audit", "--tenant", "berlin", "--limit", str(limit))
        assert len(done.stdout.splitlines()) == count


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("sharing", "--tenant", "nowhere"), 1, "nowhere"),
        (("sharing", "off", "--tenant", "nowhere"), 1, "nowhere"),
        (("sharing", "maybe", "--tenant", "berlin"), 2, "maybe"),
        (("sharing", "off"), 2, "--tenant"),
        (("audit", "--tenant", "nowhere"), 1, "nowhere"),
        (("audit", "--tenant", "berlin", "--action", "x"), 2, "link.issued"),
        (("audit", "--tenant", "berlin", "--limit", "0"), 2, "--limit"),
        (("revoke", "--tenant", "berlin", "--all", "--report", "x"), 1, "x"),
        (("revoke", "--tenant", "berlin", "--report", "x"), 2, "--all"),
        (("revoke", "--tenant", "berlin", "--report", "x", str(uuid4())), 2, "--all"),
    ],
)
def test_what_the_commands_refuse(
    analytics: Command, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = analytics(*arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    assert words in done.stderr


def test_off_without_redis_says_that_links_may_live(analytics: Command, world: World) -> None:
    analytics("share", "--tenant", "berlin", "revenue-overview")
    dead = {"REDIS_URL": "redis://127.0.0.1:1"}
    done = analytics("sharing", "off", "--tenant", "berlin", **dead)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "still live" in done.stderr
    assert "off since" in analytics("sharing", "--tenant", "berlin").stdout


def test_the_count_by_key_is_of_ids_and_numbers(world: World, serve: Serve) -> None:
    """It crosses tenants, so it tells as little as it can, and to the services alone."""
    with serve(ANALYTICS_SHARE_SIGNING_SECRET=OLD).admin() as anna:
        issued = anna.post(SHARE).json()
    with transaction(world.engine, Access()) as session:
        (row,) = session.execute(text("SELECT * FROM live_links_by_key(now())")).all()
        granted = session.scalars(
            text("SELECT unnest(proacl)::text FROM pg_proc WHERE proname = 'live_links_by_key'")
        ).all()
    assert (row.key_id, row.tenant_id, row.links) == (id_of(OLD), world.berlin, 1)
    assert iso(row.until) == issued["expiresAt"]
    assert {each.partition("=")[0] for each in granted} >= {"analytics_app"}
    assert not [each for each in granted if each.startswith("=")], "granted to everybody"
