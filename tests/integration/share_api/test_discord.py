"""Interactions of Discord's: whose they are, what they are answered, and in how much time."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from redis import Redis
from sqlalchemy import Engine, text
from tests.integration.share_api.conftest import Serve, Service, World, assert_problem
from tests.support import wait
from tests.support.discord_server import (
    ADMINISTRATOR,
    DiscordStandin,
    interaction,
    new_guild,
)

from common.db.discord import DiscordConnection
from common.db.tenancy import Access, transaction
from common.jobs.celery_config import DISCORD_QUEUE
from common.jobs.discord_promises import Promise, PromiseStore
from common.jobs.payloads import AnswerDiscord
from common.reports import registry
from share_api.discord import endpoint
from share_api.discord.connect_codes import ConnectCodeStore, Grant
from share_api.discord.endpoint import ANSWER_SECONDS
from sharing.discord_command import commands, subcommands

CONNECTIONS = "/api/admin/discord/connections"
INTERACTIONS = "/api/discord/interactions"
AT_ONCE = 8
DEAD_REDIS = "redis://127.0.0.1:1"
DEAD_DATABASE = "postgresql://nobody:nothing@127.0.0.1:1/none"

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def discord() -> Iterator[DiscordStandin]:
    with DiscordStandin().running() as standin:
        yield standin


@pytest.fixture(autouse=True)
def waiting_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded machine is no reason for an apology, except where that is what is tested."""
    monkeypatch.setattr(endpoint, "ANSWER_SECONDS", wait.PATIENCE_SECONDS)


@pytest.fixture
def impatient(as_served: None, waiting_for_long: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is served."""
    monkeypatch.setattr(endpoint, "ANSWER_SECONDS", ANSWER_SECONDS)


@pytest.fixture
def started(serve: Serve, world: World, discord: DiscordStandin) -> Service:
    return serve(**discord.settings)


@pytest.fixture
def ask(started: Service, discord: DiscordStandin) -> Ask:
    return asking(started, discord)


def asking(service: Service, discord: DiscordStandin) -> Ask:
    def ask(*subcommand: object, **given: Any) -> dict[str, Any]:
        answer = discord.ask(service.url, interaction(*subcommand, **given)).answer
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return ask


def told(answer: dict[str, Any]) -> str:
    """What only the one who asked is told."""
    assert answer["type"] == 4, answer
    assert answer["data"]["flags"] == 64
    assert answer["data"]["allowed_mentions"] == {"parse": []}
    return str(answer["data"]["content"])


def connect(engine: Engine, tenant_id: int) -> int:
    """A guild that is connected to a tenant."""
    guild = new_guild()
    row = DiscordConnection(
        guild_id=guild, tenant_id=tenant_id, connected_at=datetime.now(UTC), connected_by=1
    )
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        session.add(row)
    return guild


def jobs(redis: Redis) -> list[dict[str, Any]]:
    """The jobs for Discord that are queued, the latest first."""
    return [json.loads(each) for each in redis.lrange(DISCORD_QUEUE, 0, -1)]


def job_of(redis: Redis) -> AnswerDiscord:
    """The only job that is queued."""
    (message,) = jobs(redis)
    _, given, _ = json.loads(base64.b64decode(message["body"]))
    return AnswerDiscord.parse(given)


# --- Whose a request is -------------------------------------------------------------------


def send(service: Service, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return httpx.post(
        service.url + INTERACTIONS, content=body, headers=headers, timeout=wait.PATIENCE_SECONDS
    )


PING = b'{"id": "1", "application_id": "2", "type": 1, "token": "t", "version": 1}'


def test_a_ping_is_answered(started: Service, discord: DiscordStandin) -> None:
    answer = send(started, PING, discord.sign(PING))
    assert (answer.status_code, answer.json()) == (200, {"type": 1})


def test_what_is_not_signed_by_discord_is_refused(
    started: Service, discord: DiscordStandin
) -> None:
    good = discord.sign(PING)
    signature, timestamp = good["X-Signature-Ed25519"], good["X-Signature-Timestamp"]
    with DiscordStandin().running() as another:
        other = another.sign(PING)
    changed = f"{int(signature[:2], 16) ^ 1:02x}{signature[2:]}"
    for body, headers in (
        (PING + b" ", good),
        (PING, other),
        (PING, {}),
        (PING, {**good, "X-Signature-Timestamp": str(int(timestamp) + 1)}),
        (PING, {**good, "X-Signature-Timestamp": "now"}),
        (PING, {**good, "X-Signature-Timestamp": ""}),
        (PING, {**good, "X-Signature-Timestamp": "9" * 400}),
        (PING, {**good, "X-Signature-Timestamp": f"-{timestamp}"}),
        (PING, {**good, "X-Signature-Ed25519": changed}),
        (PING, {**good, "X-Signature-Ed25519": signature[:-2]}),
        (PING, {**good, "X-Signature-Ed25519": "zz" * 64}),
        (PING, {**good, "X-Signature-Ed25519": "0" * 128}),
        (PING, {"X-Signature-Timestamp": timestamp}),
        (b"", discord.sign(PING)),
    ):
        assert assert_problem(send(started, body, headers), 401)["type"].endswith(
            "invalid-signature"
        )
    assert send(started, PING, good).status_code == 200, "none of them used it up"


@pytest.mark.parametrize("seconds", [-301 - 30, 301 + 600])
def test_what_was_signed_at_another_time_is_refused(
    started: Service, discord: DiscordStandin, seconds: int
) -> None:
    headers = discord.sign(PING, at=time.time() + seconds)
    assert_problem(send(started, PING, headers), 401)


def test_a_signed_request_is_taken_once(
    started: Service, discord: DiscordStandin, redis_client: Redis, world: World
) -> None:
    asked = interaction("revenue", guild=connect(world.engine, world.berlin))
    body = json.dumps(asked).encode()
    headers = discord.sign(body)
    spelled = {**headers, "X-Signature-Ed25519": headers["X-Signature-Ed25519"].upper()}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(send, started, body, each) for each in (headers, spelled) * 4]
        statuses = sorted(each.result().status_code for each in sent)
    assert statuses == [200] + [401] * 7
    assert len(jobs(redis_client)) == 1


def test_what_is_signed_and_no_interaction_is_refused(
    started: Service, discord: DiscordStandin
) -> None:
    good = interaction("revenue", guild=1)
    for body in (
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"type": 1}',
        json.dumps({**good, "id": 5}).encode(),
        json.dumps({**good, "id": "5" * 30}).encode(),
        json.dumps({**good, "token": ""}).encode(),
        json.dumps({**good, "member": {"user": {"id": "x"}}}).encode(),
        json.dumps({**good, "data": {"name": "report", "options": "all"}}).encode(),
        json.dumps({**good, "padding": "x" * 20_000}).encode(),
    ):
        assert_problem(send(started, body, discord.sign(body)), 400)


def test_without_settings_nothing_of_it_is_there(service: Service, discord: DiscordStandin) -> None:
    refused = send(service, PING, discord.sign(PING))
    assert assert_problem(refused, 503)["type"].endswith("discord-not-configured")
    assert "retry-after" not in refused.headers
    with service.admin() as admin:
        assert_problem(admin.post(CONNECTIONS), 503)
        assert admin.get(CONNECTIONS).json() == {"items": []}
        assert admin.post("/api/admin/analytics/revenue-overview/share").status_code == 201


# --- What a command is answered -----------------------------------------------------------


@pytest.mark.parametrize("name", sorted(subcommands()))
def test_a_report_is_promised_and_a_worker_asked(
    name: str, ask: Ask, started: Service, world: World, redis_client: Redis
) -> None:
    guild = connect(world.engine, world.tokyo)
    assert ask(name, guild=guild, user=4711, period="7d") == {"type": 5}
    job = job_of(redis_client)
    assert (job.tenant_id, job.guild_id) == (world.tokyo, guild)
    assert job.report == subcommands()[name]
    assert job.window.end - job.window.start == timedelta(days=7)
    promise = PromiseStore(redis_client).get(job)
    assert promise is not None
    with started.admin("ben", None) as ben:
        (entry,) = ben.get("/api/admin/analytics/shares").json()["items"]
    assert "Discord user 4711" in str(entry)
    assert entry["reportType"] == job.report
    assert_no_credential(redis_client, promise)
    assert 0 < redis_client.ttl(f"{{{world.tokyo}}}:discord:{job.interaction_id}") <= 900


def assert_no_credential(redis: Redis, promise: Promise) -> None:
    """Neither token nor link are in what the broker holds."""
    held = json.dumps(jobs(redis))
    assert promise.token not in held
    assert promise.link not in held
    assert promise.token not in repr(promise)
    assert promise.link not in repr(promise)


def test_the_period_is_thirty_days_by_default(ask: Ask, world: World, redis_client: Redis) -> None:
    assert ask("revenue", guild=connect(world.engine, world.tokyo)) == {"type": 5}
    window = job_of(redis_client).window
    assert window.end - window.start == timedelta(days=30)


def test_what_cannot_be_shown_is_said_politely(ask: Ask, world: World, redis_client: Redis) -> None:
    guild = connect(world.engine, world.berlin)
    for answer, words in (
        (ask("revenue", guild=new_guild()), "not connected"),
        (ask("revenue", guild=None), "direct messages"),
        (ask("revenue", guild=guild, permissions=0), "may manage this server"),
        (ask("revenue", guild=guild, permissions=1 << 4), "may manage this server"),
        (ask("revenue", guild=guild, period="31d"), "do not know"),
        (ask("nonsense", guild=guild), "do not know"),
        (ask("customer-insights", guild=guild), "do not know"),
    ):
        assert words in told(answer)
    assert jobs(redis_client) == []
    assert ask("revenue", guild=guild, permissions=ADMINISTRATOR) == {"type": 5}


@pytest.mark.parametrize(
    "change",
    [
        {"type": 3, "data": {"custom_id": "x", "component_type": 2}},
        {"type": 4},
        {"type": 99, "data": None},
        {"application_id": "77"},
        {"data": {"name": "report", "type": 1}},
        {"data": {"name": "other", "type": 1, "options": []}},
        {"data": {"name": "report", "options": [{"name": "period", "type": 3, "value": 7}]}},
    ],
)
def test_what_is_none_of_our_commands_is_answered_politely(
    started: Service, discord: DiscordStandin, world: World, change: dict[str, Any]
) -> None:
    guild = connect(world.engine, world.berlin)
    asked = discord.ask(started.url, interaction("revenue", guild=guild) | change)
    assert "do not know" in asked.text


def test_a_shop_that_shares_nothing_is_not_shown(ask: Ask, started: Service, world: World) -> None:
    guild = connect(world.engine, world.berlin)
    with started.admin() as admin:
        off = admin.put("/api/admin/analytics/sharing", json={"enabled": False})
        assert off.status_code == 200, off.text
    assert "turned sharing off" in told(ask("revenue", guild=guild))


def test_without_a_signing_secret_nobody_is_promised_anything(
    serve: Serve, world: World, discord: DiscordStandin
) -> None:
    ask = asking(serve(ANALYTICS_SHARE_SIGNING_SECRET="", **discord.settings), discord)
    assert "operator" in told(ask("revenue", guild=connect(world.engine, world.berlin)))


def test_a_guild_may_not_ask_without_end(ask: Ask, world: World) -> None:
    guild = connect(world.engine, world.berlin)
    answers = [ask("revenue", guild=guild) for _ in range(25)]
    assert answers[0] == {"type": 5}
    assert "Too many" in told(answers[-1])
    assert ask("revenue", guild=connect(world.engine, world.berlin)) == {"type": 5}


# --- Connecting ---------------------------------------------------------------------------


def code_of(admin: httpx.Client) -> str:
    answer = admin.post(CONNECTIONS)
    assert answer.status_code == 201, answer.text
    assert set(answer.json()) == {"code", "command", "expiresAt"}
    return str(answer.json()["code"])


def test_a_code_connects_one_guild_once(
    ask: Ask, started: Service, world: World, redis_client: Redis
) -> None:
    guilds = [new_guild() for _ in range(AT_ONCE)]
    with started.admin() as anna:
        code = code_of(anna)
        assert code.replace("-", "") not in str(redis_client.keys("*"))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            sent = [pool.submit(ask, "connect", guild=each, code=code.lower()) for each in guilds]
            answers = [told(each.result()) for each in sent]
        assert sum(each.startswith("Connected to Berlin") for each in answers) == 1
        assert sum("does not work" in each for each in answers) == AT_ONCE - 1
        (item,) = anna.get(CONNECTIONS).json()["items"]
        assert item["id"] in map(str, guilds)
        audit = anna.get("/api/admin/analytics/audit").text
    assert "discord.connected" in audit
    assert "anna@example.com" in audit
    assert ask("revenue", guild=int(item["id"])) == {"type": 5}


def test_a_guild_shows_one_shop_at_a_time(ask: Ask, started: Service, world: World) -> None:
    guild = connect(world.engine, world.tokyo)
    with started.admin() as anna:
        code = code_of(anna)
        assert "already connected to a shop" in told(ask("connect", guild=guild, code=code))
        assert anna.get(CONNECTIONS).json() == {"items": []}
        assert "Connected" in told(ask("connect", guild=new_guild(), code=code)), "not used up"


def test_what_is_no_code(ask: Ask, started: Service) -> None:
    guilds = iter([new_guild() for _ in range(9)])
    for code in (
        "",
        "x",
        "K7QF-29MX-PA4W",
        "K7QF-29MX-PA4W-6TBN-C3HR-8VZÉ",
        "0000-" * 6,
        "A" * 5000,
    ):
        assert "does not work" in told(ask("connect", guild=next(guilds), code=code))


def test_a_code_of_one_who_has_left_is_void(ask: Ask, started: Service, world: World) -> None:
    with started.admin() as anna:
        code = code_of(anna)
    world.leave("anna", world.berlin)
    assert "does not work" in told(ask("connect", guild=new_guild(), code=code))


def test_a_code_lapses(redis_client: Redis) -> None:
    issued = ConnectCodeStore(redis_client).issue(Grant(1, 1), now=datetime.now(UTC))
    (name,) = redis_client.keys("discord:code:*")
    assert 0 < redis_client.ttl(name) <= 600
    assert issued.code.replace("-", "").encode() not in name


def test_guesses_are_bounded(ask: Ask) -> None:
    code, guild = "K7QF-29MX-PA4W-6TBN-C3HR-8VZD", new_guild()
    mine = [told(ask("connect", guild=new_guild(), user=42, code=code)) for _ in range(7)]
    assert ["Too many" in each for each in mine] == [False] * 5 + [True] * 2
    ours = [told(ask("connect", guild=guild, code=code)) for _ in range(12)]
    assert ["Too many" in each for each in ours] == [False] * 10 + [True] * 2


def test_codes_of_a_tenant_are_bounded(started: Service) -> None:
    with started.admin() as anna, started.admin("ben", None) as ben:
        statuses = [anna.post(CONNECTIONS).status_code for _ in range(21)]
        assert statuses == [201] * 20 + [429]
        assert assert_problem(anna.post(CONNECTIONS), 429)["type"].endswith("too-many-codes")
        assert ben.post(CONNECTIONS).status_code == 201


def test_connecting_takes_the_right_to_manage_the_server(ask: Ask, started: Service) -> None:
    with started.admin() as anna:
        code = code_of(anna)
        refused = ask("connect", guild=new_guild(), permissions=0, code=code)
        assert "may manage" in told(refused)
        assert "Connected" in told(ask("connect", guild=new_guild(), code=code)), "not used up"


def test_a_tenant_manages_its_own_connections_alone(
    ask: Ask, started: Service, world: World
) -> None:
    guild = connect(world.engine, world.tokyo)
    with started.admin() as anna, started.admin("ben", None) as ben:
        assert anna.get(CONNECTIONS).json() == {"items": []}
        for unknown in (str(guild), "0", "01", "x", "9" * 19, "9" * 40, "%20", "-1"):
            assert_problem(anna.delete(f"{CONNECTIONS}/{unknown}"), 404)
        (item,) = ben.get(CONNECTIONS).json()["items"]
        assert item["id"] == str(guild)
        assert ben.delete(f"{CONNECTIONS}/{guild}").status_code == 204
        assert_problem(ben.delete(f"{CONNECTIONS}/{guild}"), 404)
        assert "discord.disconnected" in ben.get("/api/admin/analytics/audit").text
    assert "not connected" in told(ask("revenue", guild=guild))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_connections_take_a_session_and_a_tenant(started: Service, method: str) -> None:
    with started.client() as nobody, started.admin("carl", None) as carl:
        for client in (nobody, carl):
            assert_problem(client.request(method, CONNECTIONS), 403)
            assert_problem(client.delete(f"{CONNECTIONS}/5"), 403)


def test_the_database_shows_a_guild_its_own_row_alone(world: World) -> None:
    mine, other = (connect(world.engine, tenant) for tenant in (world.berlin, world.tokyo))
    rows = text("SELECT guild_id, tenant_id FROM discord_connections")
    for access, seen in (
        (Access(), []),
        (Access(guild_id=mine), [(mine, world.berlin)]),
        (Access(guild_id=new_guild()), []),
        (Access(tenant_id=world.tokyo), [(other, world.tokyo)]),
    ):
        with transaction(world.engine, access) as session:
            assert [tuple(row) for row in session.execute(rows)] == seen
    for change in (
        "DELETE FROM discord_connections",
        "UPDATE discord_connections SET tenant_id = :tokyo",
    ):
        with transaction(world.engine, Access(guild_id=mine)) as session:
            done = session.execute(text(change), {"tokyo": world.tokyo} if ":" in change else {})
            assert done.rowcount == 0  # type: ignore[attr-defined]


# --- Servers that are gone or hang --------------------------------------------------------


def answered(service: Service, discord: DiscordStandin, guild: int) -> str:
    asked = discord.ask(service.url, interaction("revenue", guild=guild))
    assert asked.answer.status_code == 200, asked.answer.text
    return asked.text


@pytest.mark.usefixtures("as_served")
@pytest.mark.parametrize("hangs", [False, True])
def test_without_a_broker_there_is_an_apology_and_no_link(
    serve: Serve,
    world: World,
    discord: DiscordStandin,
    hangs: bool,
    request: pytest.FixtureRequest,
    redis_client: Redis,
) -> None:
    broker = DEAD_REDIS
    if hangs:
        broker = request.getfixturevalue("hung_redis")
        request.getfixturevalue("impatient")
    service = serve(BROKER_URL=broker, **discord.settings)
    guild = connect(world.engine, world.berlin)
    assert "try again" in answered(service, discord, guild)

    def over() -> bool:
        shares = admin.get("/api/admin/analytics/shares").json()["items"]
        states = [each["state"] for each in shares]
        # On a machine that is slow enough it was too late before there was a link.
        return states == ["revoked"] or (hangs and not states)

    with service.admin() as admin:
        wait.until(over, "its end")
    assert not redis_client.keys("*:discord:*")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("hangs", [False, True])
def test_without_redis_a_ping_is_answered_and_a_command_is_not(
    serve: Serve, world: World, discord: DiscordStandin, hangs: bool, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("hung_redis") if hangs else DEAD_REDIS
    service = serve(REDIS_URL=url, **discord.settings)
    guild = connect(world.engine, world.berlin)
    assert "try again" in answered(service, discord, guild)
    assert send(service, PING, discord.sign(PING)).json() == {"type": 1}


@pytest.mark.usefixtures("impatient")
def test_without_postgresql_there_is_an_apology(serve: Serve, discord: DiscordStandin) -> None:
    service = serve(DATABASE_URL=DEAD_DATABASE, **discord.settings)
    assert "try again" in answered(service, discord, new_guild())


@pytest.mark.usefixtures("impatient")
def test_with_postgresql_hung_there_is_an_apology_and_no_job(
    started: Service,
    discord: DiscordStandin,
    world: World,
    owner_engine: Engine,
    redis_client: Redis,
) -> None:
    guild = connect(world.engine, world.berlin)
    with locked(owner_engine, "shares"):
        assert "try again" in answered(started, discord, guild)
    with started.admin() as admin:

        def active() -> list[str]:
            shares = admin.get("/api/admin/analytics/shares").json()["items"]
            return [each["id"] for each in shares if each["state"] == "active"]

        wait.until(lambda: not active(), "no link")
    assert jobs(redis_client) == []


@contextmanager
def locked(owner: Engine, table: str) -> Iterator[None]:
    """Nobody gets at a table."""
    with owner.begin() as connection:
        connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        yield


# --- The command, as Discord is told of it ------------------------------------------------


def test_the_command_has_a_subcommand_for_each_report_that_names_one() -> None:
    (command,) = commands()
    assert command["default_member_permissions"] == "32"
    names = [each["name"] for each in command["options"]]
    assert names == ["revenue", "sales", "products", "connect"]
    assert set(names) - {"connect"} == {each.discord for each in registry.implemented()}
    period = command["options"][0]["options"][0]
    assert [each["value"] for each in period["choices"]] == ["7d", "30d", "90d"]
    assert all(len(each["description"]) <= 100 for each in command["options"])
