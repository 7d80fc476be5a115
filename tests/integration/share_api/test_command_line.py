"""`analytics share` and `analytics revoke`: the service's functions without an admin."""

import json
from typing import Any

import httpx
import pytest
from click.testing import Result
from redis import Redis
from tests.integration.share_api.conftest import Command, World

from analytics.admin.links import SharingSettingsError, issue_link
from common.links.state import LinkRef, LinkState, LinkStateStore, state_key
from common.links.token import KeyRing
from sharing.issue_errors import SigningNotConfiguredError
from sharing.link_wish import LinkWish

SHARES = "/api/admin/analytics/shares"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def analytics(command: Command, secret: str) -> Command:
    """Run a command of a deployment that signs links."""

    def run(*arguments: str, **changes: str) -> Result:
        environment = {
            "ANALYTICS_SHARE_SIGNING_SECRET": secret,
            "PUBLIC_BASE_URL": "https://app.example.com/",
            "ANALYTICS_SHARE_LINK_TTL_SECONDS": "",
        }
        return command(*arguments, **environment | changes)

    return run


def test_a_link_is_printed_alone_and_how_to_revocation_it_beside(
    analytics: Command, world: World, ring: KeyRing, redis_client: Redis, anna: httpx.Client
) -> None:
    done = analytics("share", "--tenant", "berlin", "sales-velocity", "--expires-in", "600")
    assert done.exit_code == 0
    revocation = done.stderr.strip().rpartition("analytics ")[2].split()
    assert revocation[:3] == ["revoke", "--tenant", "berlin"]
    url = done.stdout.removesuffix("\n")
    claims = ring.authenticate(url.removeprefix("https://app.example.com/api/reports/"))
    assert (claims.tenant_id, claims.report) == (world.berlin, "sales-velocity")
    assert (claims.expires_at - claims.issued_at).total_seconds() == 600
    link = LinkRef(world.berlin, claims.link_id, claims.expires_at)
    assert LinkStateStore(redis_client).read([link]) == [LinkState.ACTIVE]
    assert analytics(*revocation).exit_code == 0
    assert redis_client.get(state_key(world.berlin, claims.link_id)) == b"revoked"
    (entry,) = anna.get(SHARES).json()["items"]
    assert (entry["createdBy"], entry["period"]["name"]) == ("command line", "30d")


def test_the_audit_log_is_spelled_as_by_the_api(analytics: Command, anna: httpx.Client) -> None:
    analytics("share", "--tenant", "berlin", "revenue-overview")
    said = anna.get("/api/admin/analytics/audit").json()["items"]
    printed = analytics("audit", "--tenant", "berlin").stdout.splitlines()
    assert [json.loads(line) for line in printed] == said
    actions = {each["action"]: each["details"] for each in said}
    assert actions["link.issued"]
    assert not actions["login.succeeded"]


def test_links_are_revoked(analytics: Command, anna: httpx.Client) -> None:
    for _ in range(3):
        analytics("share", "--tenant", "berlin", "revenue-overview")
    entry = anna.get(SHARES).json()["items"][0]["id"]
    done = analytics("revoke", "--tenant", "berlin", entry)
    assert (done.exit_code, done.stdout) == (0, "revoked 1 link\n")
    assert anna.get(f"{SHARES}/{entry}").json()["state"] == "revoked"
    done = analytics("revoke", "--tenant", "berlin", "--all")
    assert (done.exit_code, done.stdout) == (0, "revoked 2 links\n")
    states = {each["state"] for each in anna.get(SHARES).json()["items"]}
    assert states == {"revoked"}


@pytest.mark.parametrize(
    ("arguments", "changes", "words"),
    [
        (("share", "--tenant", "nowhere", "sales-velocity"), {}, "nowhere"),
        (("share", "--tenant", "berlin", "nonsense"), {}, "nonsense"),
        (("share", "--tenant", "berlin", "coupon-impact"), {}, "not implemented"),
        (("share", "--tenant", "berlin", "sales-velocity", "--expires-in", "0"), {}, "from 1 to"),
        (
            ("share", "--tenant", "berlin", "sales-velocity"),
            {"ANALYTICS_SHARE_SIGNING_SECRET": ""},
            "ANALYTICS_SHARE_SIGNING_SECRET",
        ),
        (
            ("share", "--tenant", "berlin", "sales-velocity"),
            {"ANALYTICS_SHARE_SIGNING_SECRET": "hunter2"},
            "ANALYTICS_SHARE_SIGNING_SECRET",
        ),
        (("share", "--tenant", "berlin", "sales-velocity"), {"PUBLIC_BASE_URL": ""}, "PUBLIC_"),
        (
            ("share", "--tenant", "berlin", "sales-velocity"),
            {"DATABASE_URL": "postgresql://a:hunter2@127.0.0.1:1/x"},
            "database",
        ),
        (("revoke", "--tenant", "nowhere", "--all"), {}, "nowhere"),
        (("revoke", "--tenant", "berlin", NOBODY), {}, "no such share"),
    ],
)
def test_an_expected_failure_is_one_line(
    analytics: Command, arguments: tuple[str, ...], changes: dict[str, str], words: str
) -> None:
    done = analytics(*arguments, **changes)
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert words in line
    assert "hunter2" not in line


def test_a_revocation_that_redis_did_not_take_fails_and_is_carried_out_by_the_next(
    analytics: Command, world: World, redis_client: Redis
) -> None:
    analytics("share", "--tenant", "berlin", "revenue-overview")
    done = analytics("revoke", "--tenant", "berlin", "--all", REDIS_URL="redis://127.0.0.1:1")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "still live" in done.stderr
    done = analytics("revoke", "--tenant", "berlin", "--all")
    assert done.stdout == "revoked 0 links\n"
    assert {redis_client.get(key) for key in redis_client.keys("*:link:*")} == {b"revoked"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("revoke", "--tenant", "berlin"),
        ("revoke", "--tenant", "berlin", "--all", NOBODY),
        ("revoke", "--tenant", "berlin", "x"),
        ("share", "--tenant", "berlin", "sales-velocity", "--period", "31d"),
        ("share", "sales-velocity"),
    ],
)
def test_a_wrong_command_line_says_how_it_is_used(
    analytics: Command, arguments: tuple[str, ...]
) -> None:
    done = analytics(*arguments)
    assert done.exit_code == 2
    assert "Usage:" in done.stderr


def test_a_link_is_issued_without_redis(analytics: Command, world: World, ring: KeyRing) -> None:
    done = analytics(
        "share", "--tenant", "tokyo", "revenue-overview", REDIS_URL="redis://127.0.0.1:1"
    )
    assert done.exit_code == 0
    assert ring.authenticate(done.stdout.strip().rsplit("/", 1)[1]).tenant_id == world.tokyo


def test_explicit_settings_win(
    world: World, service_url: str, redis_url: str, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANALYTICS_SHARE_SIGNING_SECRET", "PUBLIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def issue(**given: Any) -> str:
        wish = LinkWish(report="revenue-overview")
        return issue_link(service_url, redis_url, tenant="berlin", wish=wish, **given).url

    url = issue(secret=secret, public_base_url="http://localhost:8001")
    assert url.startswith("http://localhost:8001/api/reports/")
    with pytest.raises(SharingSettingsError, match="PUBLIC_BASE_URL"):
        issue(secret=secret)
    with pytest.raises(SigningNotConfiguredError):
        issue(public_base_url="http://localhost:8001")


def test_a_live_link_by_command(analytics: Command, world: World, anna: httpx.Client) -> None:
    done = analytics("share", "--tenant", "berlin", "sales-velocity", "--live")
    assert done.exit_code == 0, done.stderr
    (entry,) = anna.get("/api/admin/analytics/shares").json()["items"]
    assert entry["kind"] == "live"
    days = ("--first", "2026-01-01", "--last", "2026-01-02")
    refused = analytics("share", "--tenant", "berlin", "sales-velocity", "--live", *days)
    assert refused.exit_code == 1
    assert "not with dates" in refused.stderr
