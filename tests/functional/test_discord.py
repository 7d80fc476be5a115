"""`/report` over the real processes, with a Discord on loopback: from the command to the page."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest
from PIL import Image
from tests.functional.conftest import System
from tests.support import wait
from tests.support.discord_server import (
    Asked,
    DiscordStandin,
    Edit,
    Mood,
    interaction,
    limited,
    new_guild,
)

pytestmark = pytest.mark.xdist_group("system")

CONNECTIONS = "/api/admin/discord/connections"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
PREVIEW = {"User-Agent": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"}
OTHER = "komorebi"
ASKED_AT_MOST = 5


@dataclass
class Guild:
    """A Discord server that is connected to a shop."""

    id: int
    tenant: str
    system: System
    discord: DiscordStandin

    def report(self, name: str, *, user: int | None = None, **options: Any) -> Asked:
        """Ask; again, as one is told, when a loaded machine did not promise in time."""
        for _ in range(ASKED_AT_MOST):
            asked = self.discord.ask(
                self.system.share_api, interaction(name, guild=self.id, user=user, **options)
            )
            if "Please try again in a minute" not in asked.answer.text:
                break
        return asked


@pytest.fixture
def guild(system: System, discord: DiscordStandin) -> Iterator[Guild]:
    yield connected(system, discord, system.tenant)
    assert not discord.moods, "a mood that nobody met"


def connected(system: System, discord: DiscordStandin, tenant: str) -> Guild:
    """A new guild that was connected by a one-time code."""
    guild = Guild(new_guild(), tenant, system, discord)
    with system.admin(tenant) as admin:
        for _ in range(ASKED_AT_MOST):
            given = admin.post(CONNECTIONS)
            assert given.status_code == 201, given.text
            told = guild.report("connect", code=given.json()["code"]).text
            if "onnected to" in told:
                break
        listed = admin.get(CONNECTIONS).json()["items"]
        assert str(guild.id) in {each["id"] for each in listed}
    return guild


def link_of(edit: Edit) -> str:
    """The link that a message leads to: the same one in all its places."""
    ((button,),) = [row["components"] for row in edit.message["components"]]
    assert edit.embed["url"] == button["url"]
    assert f"]({button['url']})" in edit.embed["description"]
    return str(button["url"])


def table(link: str) -> list[dict[str, str]]:
    answer = httpx.get(f"{link}/csv", timeout=wait.PATIENCE_SECONDS)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def figures(edit: Edit) -> dict[str, Decimal]:
    """The figures of a message, by label, without currency and grouping."""
    found = {}
    for each in edit.embed["fields"]:
        shown = re.match(r"\*\*(−?)(?:[A-Z]{3}\u00a0)?([\d,.]+)%?\*\*", each["value"])
        if shown:
            found[each["name"]] = Decimal(shown[2].replace(",", "")) * (-1 if shown[1] else 1)
    return found


def summed(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column] or 0) for row in rows), Decimal(0))


def test_from_a_signed_command_to_figures_and_a_link_that_opens(
    guild: Guild, discord: DiscordStandin
) -> None:
    asked = guild.report("products", period="7d")
    assert asked.answer.json() == {"type": 5}
    edit = discord.awaited(asked)
    link = link_of(edit)
    page = httpx.get(link, headers=BROWSER, timeout=wait.PATIENCE_SECONDS)
    assert page.status_code == 200
    assert "Nordlicht" in page.text
    rows = table(link)
    shown = figures(edit)
    for label, column in (
        ("Net sales", "net_sales"),
        ("Gross sales", "gross_sales"),
        ("Discounts", "discounts"),
        ("Sales reversals", "returns"),
        ("Units sold", "units_sold"),
        ("Units reversed", "units_returned"),
    ):
        assert shown[label] == summed(rows, column), label
    assert shown["Products sold"] == sum(int(row["units_sold"]) > 0 for row in rows)
    assert_listed(edit, rows)
    assert_safe(edit)
    assert_picture(edit)


def assert_listed(edit: Edit, rows: list[dict[str, str]]) -> None:
    """The products in front are those of the CSV, with its figures."""
    (field,) = [each for each in edit.embed["fields"] if not each["inline"]]
    lines = field["value"].splitlines()
    for line, row in zip(lines, rows, strict=False):
        bare = re.sub(r"\\(.)", r"\1", line)
        assert row["product"] in bare
        assert f"EUR\u00a0{Decimal(row['net_sales']):,.2f}" in bare
    assert len(lines) == 5


def assert_safe(edit: Edit) -> None:
    assert edit.message["allowed_mentions"] == {"parse": []}
    assert "Nordlicht Home" in edit.embed["title"]
    assert edit.embed["footer"]["text"].startswith("Data as of ")
    assert re.search(r"until <t:\d{10}:f>", edit.embed["description"])


def assert_picture(edit: Edit) -> None:
    ((name, data),) = edit.files.items()
    assert name == "files[0]:report.png"
    assert edit.embed["image"]["url"] == "attachment://report.png"
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert (picture.format, picture.size) == ("PNG", (800, 300))
        assert len(picture.getcolors(1 << 20) or ()) > 10, "something is drawn"


def test_the_link_stands_in_the_ledger_with_who_asked(
    guild: Guild, system: System, discord: DiscordStandin
) -> None:
    asked = guild.report("revenue", user=7_654_321, period="30d")
    link = link_of(discord.awaited(asked))
    with system.admin() as admin:
        entry = newest(admin, "revenue-overview")
        assert "Discord user 7654321" in str(entry)
        assert entry["period"]["name"] == "30d"
        assert httpx.get(link, timeout=wait.PATIENCE_SECONDS).status_code == 200
        assert admin.delete(f"/api/admin/analytics/shares/{entry['id']}").status_code == 204
        audit = admin.get("/api/admin/analytics/audit").text
        assert "Discord user 7654321" in audit
    assert asked.token not in (system.state / "up.log").read_text()


def newest(admin: httpx.Client, report: str) -> dict[str, Any]:
    found = admin.get("/api/admin/analytics/shares", params={"limit": 1, "reportType": report})
    (entry,) = found.json()["items"]
    return dict(entry)


def test_all_reports_agree_and_a_preview_costs_nothing(
    guild: Guild, discord: DiscordStandin
) -> None:
    asked = [guild.report(name) for name in ("revenue", "sales", "products")]
    edits = [discord.awaited(each) for each in asked]
    net = {figures(edit)["Net sales"] for edit in edits}
    assert len(net) == 1
    link = link_of(edits[0])
    for path in ("", "/csv"):
        looked = httpx.get(link + path, headers=PREVIEW, timeout=wait.PATIENCE_SECONDS)
        assert looked.status_code < 500
    assert httpx.get(link, headers=BROWSER, timeout=wait.PATIENCE_SECONDS).status_code == 200


def test_a_guild_sees_its_own_shop_alone(
    guild: Guild, system: System, discord: DiscordStandin
) -> None:
    other = connected(system, discord, OTHER)
    mine, theirs = guild.report("revenue"), other.report("revenue")
    assert "Nordlicht" in discord.awaited(mine).embed["title"]
    title = discord.awaited(theirs).embed["title"]
    assert "Nordlicht" not in title
    assert "Komorebi" in title
    assert "JPY" in str(discord.awaited(theirs).embed["fields"])
    with system.admin() as admin:
        assert str(other.id) not in admin.get(CONNECTIONS).text
        assert admin.delete(f"{CONNECTIONS}/{other.id}").status_code == 404
    discord.awaited(other.report("sales"))


def test_limits_and_failures_of_discord_delay_the_answer(
    guild: Guild, discord: DiscordStandin
) -> None:
    discord.moods += [Mood(404), limited(1.0), Mood(502), limited(0.5, everybody=True)]
    before = len(discord.attempts)
    edit = discord.awaited(guild.report("revenue", period="7d"))
    times = [at for at, _ in discord.attempts[before:]]
    statuses = [status for _, status in discord.attempts[before:]]
    assert statuses[:5] == ["404", "429", "502", "429", "200"]
    assert times[2] - times[1] >= 1.0, "not before Discord wants it"
    opened = httpx.get(link_of(edit), timeout=wait.PATIENCE_SECONDS)
    assert opened.status_code == 200, opened.text


def test_a_guild_that_is_disconnected_meanwhile_gets_no_figures(
    guild: Guild, system: System, discord: DiscordStandin
) -> None:
    with system.admin() as admin:
        discord.moods.append(limited(10.0))
        tried = len(discord.attempts)
        asked = guild.report("revenue", period="7d")
        wait.until(lambda: len(discord.attempts) > tried, "an attempt")
        assert admin.delete(f"{CONNECTIONS}/{guild.id}").status_code == 204
    edit = discord.awaited(asked)
    assert edit.message["embeds"] == []
    assert edit.files == {}
    assert "does not share" in edit.message["content"]
    assert "/report connect" in guild.report("revenue").text


def test_what_is_forged_stale_sent_again_or_too_long_is_refused(
    guild: Guild, system: System, discord: DiscordStandin
) -> None:
    asked = interaction("nonsense", guild=guild.id)
    body = json.dumps(asked).encode()
    good = discord.sign(body)
    stale = discord.sign(body, at=time.time() - 3600)
    forged = {**good, "X-Signature-Ed25519": stale["X-Signature-Ed25519"]}
    long = body[:-1] + b', "padding": "' + b"x" * 20_000 + b'"}'

    def send(content: bytes, headers: dict[str, str]) -> int:
        url = f"{system.share_api}/api/discord/interactions"
        return httpx.post(
            url, content=content, headers=headers, timeout=wait.PATIENCE_SECONDS
        ).status_code

    assert [send(body, headers) for headers in ({}, forged, stale)] == [401] * 3
    assert send(long, discord.sign(long)) == 400
    assert send(b"{", discord.sign(b"{")) == 400
    assert [send(body, good), send(body, good)] == [200, 401]
