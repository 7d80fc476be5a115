"""The drill: a dump is restored, and nothing that was revoked after it opens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import Connection, Engine, create_engine, delete, select, text
from tests.integration.share_api.conftest import PASSWORD, Serve, Service, World, log_in
from tests.integration.share_api.test_frozen_links import path_of, sell, shown, viewer
from tests.support import hypothesis_profiles, postgres_tools
from tests.support.databases import Databases
from tests.support.jobs_worker import working
from tests.support.plain_owner import plainly_owned
from tests.support.servers import Servers

from accounts.passwords import replace_password
from analytics.cli import main
from analytics.restoring.apply import apply
from analytics.restoring.check import look
from analytics.restoring.revocation_file import Fact, KeyFact, LinkFact, PersonFact, TenantFact
from common.db.accounts import Admin, Membership
from common.db.api_keys import ApiKey
from common.db.audit import COMMAND_LINE
from common.db.engine import create_service_engine, psycopg_url
from common.db.migrate import upgrade
from common.db.shares import Share, SharingStop
from common.db.tenancy import Access, transaction
from common.instants import now
from common.password_hashing import hash_password
from devstack.supervisor.schema import migrate_database
from worker.links.revocation_sweep import sweep_revocations

pytestmark = pytest.mark.anyio

SHARE = "/api/admin/analytics/revenue-overview/share"
OPERATIONS = (Path(__file__).parents[3] / "docs/operations.md").read_text(encoding="utf-8")
OLD, NEW = "the password of before", "the password of after"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass(frozen=True)
class Copy:
    """A database that was restored from a dump."""

    owner_url: str
    service_url: str


@dataclass(frozen=True)
class Operator:
    """Dumps a database, restores it into an empty one, and runs `analytics revocations`."""

    databases: Databases
    owner_url: str
    empty_url: str
    redis_url: str
    folder: Path

    def dump(self) -> Path:
        return postgres_tools.dump(self.owner_url, self.folder / "analytics.dump")

    def restore(self, dumped: Path) -> Copy:
        postgres_tools.restore(self.empty_url, dumped)
        service_url = self.databases.as_service(self.empty_url)
        migrate_database(self.empty_url, service_url)
        return Copy(self.empty_url, service_url)

    def export(self) -> str:
        kept = self.folder / "revocations.jsonl"
        kept.write_text(self.revocations(self.owner_url, "export").stdout)
        return str(kept)

    def revocations(self, owner_url: str, *arguments: str) -> Result:
        (self.folder / "owner").write_text(f"{owner_url}\n")
        servers = {"DATABASE_OWNER_URL_FILE": f"{self.folder}/owner", "REDIS_URL": self.redis_url}
        return CliRunner().invoke(main, ["revocations", *arguments], env=servers)


@pytest.fixture
def operator(
    servers: Servers, databases: Databases, owner_url: str, redis_url: str, tmp_path: Path
) -> Iterator[Operator]:
    with postgres_tools.empty_database(servers) as url:
        yield Operator(databases, owner_url, url, redis_url, tmp_path)


@dataclass
class Links:
    """Links of a shop, by what becomes of them after the dump; values are paths."""

    live: str
    frozen: str
    revoked: list[str]
    closed_before: str
    locked: str
    key: str

    @property
    def all(self) -> list[str]:
        return [self.live, self.frozen, *self.revoked, self.closed_before, self.locked]


def issue(client: httpx.Client, **options: Any) -> tuple[str, str]:
    answer = client.post(SHARE, json=options)
    return path_of(answer), answer.headers["location"]


@dataclass
class Drill:
    """A shop with links, a dump, and what is revoked after it."""

    service: Service
    world: World
    links: Links
    revoke: Callable[[], None]


@pytest.fixture
def drill(serve: Serve, world: World, redis_client: Redis) -> Drill:
    service = serve()
    sell(world, world.berlin, "first", service.container.issuing.jobs)
    with working(world.engine, redis_client), service.admin() as anna:
        wanted: dict[str, dict[str, Any]] = {
            "live": {},
            "plain": {"period": "7d"},
            "frozen": {"frozen": True},
            "frozen too": {"frozen": True, "period": "7d"},
            "before": {"period": "90d"},
            "locked": {"password": OLD},
        }
        made = {name: issue(anna, **options) for name, options in wanted.items()}
        assert anna.delete(made["before"][1]).status_code == 204
        key = anna.post("/api/admin/keys", json={"name": "till", "scopes": ["shares:read"]})
        assert key.status_code == 201, key.text

    def revoke() -> None:
        with service.admin() as anna:
            for name in ("plain", "frozen too"):
                assert anna.delete(made[name][1]).status_code == 204
            changed = anna.put(f"{made['locked'][1]}/password", json={"password": NEW})
            assert changed.status_code in {200, 204}, changed.text
            assert anna.delete(key.headers["location"]).status_code == 204
        with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
            session.execute(delete(ApiKey))  # as retention does with revoked ones in time
        world.leave("ben", world.tokyo)
        replace_password(
            world.engine, world.admins["anna"], hash_password(NEW), COMMAND_LINE, at=now()
        )

    links = Links(
        live=made["live"][0],
        frozen=made["frozen"][0],
        revoked=[made["plain"][0], made["frozen too"][0]],
        closed_before=made["before"][0],
        locked=made["locked"][0],
        key=key.json()["key"],
    )
    return Drill(service, world, links, revoke)


async def opened(client: httpx.AsyncClient, path: str) -> int:
    return (await client.get(path, headers={"accept": "*/*"})).status_code


async def check_links(client: httpx.AsyncClient, links: Links) -> None:
    assert await opened(client, links.live) == 200
    for path in (*links.revoked, links.closed_before):
        for form in ("", "/csv", "/data"):
            assert await opened(client, path + form) == 403, path
    assert await opened(client, links.locked) == 401
    for password, status in ((OLD, 401), (NEW, 204)):
        answer = await client.post(f"{links.locked}/unlock", json={"password": password})
        assert answer.status_code == status


def check_access(service: Service, key: str) -> None:
    with service.client() as program:
        headers = {"Authorization": f"Bearer {key}"}
        assert program.get("/api/admin/analytics/shares", headers=headers).status_code == 401
        assert log_in(program, "anna").status_code == 403
        assert log_in(program, "anna", NEW).status_code == 200
        assert log_in(program, "ben", PASSWORD).json()["tenants"] == []


def check_contents(operator: Operator, copy: Copy) -> None:
    """The copy is looked at and is whole; without a frozen report, or a policy, it is not."""
    name = psycopg_url(copy.owner_url).database or ""
    looked = operator.revocations(operator.owner_url, "check", "--database", name)
    assert looked.exit_code == 0, looked.output
    assert {"           6 shares", "           2 frozen_reports"} <= {*looked.stdout.splitlines()}
    engine = create_engine(psycopg_url(copy.owner_url))
    for harm in ("DELETE FROM frozen_reports", "ALTER TABLE orders NO FORCE ROW LEVEL SECURITY"):
        with engine.connect() as connection:  # rolled back
            connection.execute(text(harm))
            assert len(look(connection).faults) == 1
    engine.dispose()


async def test_what_was_revoked_after_the_dump_stays_closed(
    drill: Drill,
    serve: Serve,
    operator: Operator,
    redis_client: Redis,
    redis_url: str,
    secret: str,
) -> None:
    links = drill.links
    with working(drill.world.engine, redis_client):
        async with viewer(redis_url, secret) as client:
            frozen = await shown(client, links.frozen)
    dumped = operator.dump()
    drill.revoke()
    with drill.service.client() as client:
        assert log_in(client, "anna", NEW).status_code == 200
        client.put("/api/admin/session/tenant", json={"tenant": "berlin"})
        late, _ = issue(client)
    kept = operator.export()
    copy = operator.restore(dumped)
    check_contents(operator, copy)
    redis_client.flushdb()
    restored = serve(DATABASE_URL=copy.service_url)
    engine = create_service_engine(copy.service_url, application_name="tests")
    with working(engine, redis_client), restored.client() as service:
        assert "restored copy" in service.get("/readyz").json()["detail"]
        async with viewer(redis_url, secret, wait=0.2) as client:
            assert {await opened(client, path) for path in links.all} == {503}
        refused = operator.revocations(copy.owner_url, "import")
        assert (refused.exit_code, "would be alive" in refused.stderr) == (1, True)
        for _ in range(2):
            done = operator.revocations(copy.owner_url, "import", kept)
            assert done.exit_code == 0, done.output
        redis_client.flushdb()
        assert service.get("/readyz").status_code == 200
        async with viewer(redis_url, secret) as client:
            await check_links(client, links)
            assert await shown(client, links.frozen) == frozen
            assert await opened(client, late) == 403, "in no ledger"
    check_access(restored, links.key)
    engine.dispose()


async def test_what_redis_still_knows_as_revoked_stays_closed(
    drill: Drill,
    operator: Operator,
    redis_client: Redis,
    redis_url: str,
    secret: str,
) -> None:
    dumped = operator.dump()
    drill.revoke()
    copy = operator.restore(dumped)
    done = operator.revocations(copy.owner_url, "import")
    assert done.exit_code == 0, done.output
    assert "links: 2\n" in done.stdout
    assert "the database is adopted" in done.stdout
    redis_client.flushdb()
    engine = create_service_engine(copy.service_url, application_name="tests")
    with working(engine, redis_client):
        async with viewer(redis_url, secret) as client:
            assert await opened(client, drill.links.live) == 200
            for path in (*drill.links.revoked, drill.links.closed_before):
                assert await opened(client, path) == 403
    engine.dispose()


def test_a_file_of_before_the_dump_is_not_enough(
    drill: Drill,
    operator: Operator,
    redis_client: Redis,
) -> None:
    kept = operator.export()
    drill.revoke()
    copy = operator.restore(operator.dump())
    redis_client.flushdb()
    engine = create_service_engine(copy.service_url, application_name="tests")
    assert sweep_revocations(engine, redis_client, now=now()) == 0, "no proof of its own"
    engine.dispose()
    refused = operator.revocations(copy.owner_url, "import", kept)
    assert (refused.exit_code, "older than" in refused.stderr) == (1, True)
    assert "restored copy" in operator.revocations(copy.owner_url, "export").stderr
    accepted = operator.revocations(copy.owner_url, "import", "--accept-loss")
    assert accepted.stdout.endswith("the database is adopted\n")
    again = operator.revocations(copy.owner_url, "import", "--accept-loss")
    assert again.stdout.endswith("the database was no copy\n")


OLDER = "0048"


def test_a_dump_of_an_older_version_is_restored_as_documented(
    servers: Servers, operator: Operator
) -> None:
    """Into an empty database, whole, and migrated then; what is torn is not called whole."""
    with postgres_tools.empty_database(servers) as older:
        upgrade(older, OLDER)
        dumped = postgres_tools.dump(older, operator.folder / "older.dump")
    assert "pg_restore -U postgres -d analytics --single-transaction <" in OPERATIONS
    assert "--clean --if-exists" not in OPERATIONS
    postgres_tools.restore(operator.empty_url, dumped, "--single-transaction")
    name = psycopg_url(operator.empty_url).database or ""
    check = ("check", "--database", name)
    assert (
        f"whole: schema {OLDER}, 0 shops" in operator.revocations(operator.owner_url, *check).stdout
    )
    migrate_database(operator.empty_url, None)
    assert operator.revocations(operator.owner_url, *check).exit_code == 0
    engine = create_engine(psycopg_url(operator.empty_url))
    with engine.begin() as connection:
        connection.execute(text("DROP POLICY tenant ON brands"))
    engine.dispose()
    torn = operator.revocations(operator.owner_url, *check)
    assert torn.exit_code == 1
    assert "policy brands.tenant" in torn.stderr


def test_a_schema_that_cannot_be_compared_is_said(servers: Servers, operator: Operator) -> None:
    """The tables' owner may have no right to make the database to compare with."""
    with plainly_owned(servers) as url:
        name = psycopg_url(url).database or ""
        looked = operator.revocations(url, "check", "--database", name)
    assert looked.exit_code == 0, looked.stderr
    assert looked.stdout.startswith("whole as far as it was looked at (no right CREATEDB): schema")


def test_a_role_that_sees_no_shop_exports_and_brings_in_nothing(
    drill: Drill, operator: Operator, service_url: str
) -> None:
    copy = operator.restore(operator.dump())
    name = psycopg_url(copy.owner_url).database or ""
    for arguments in (["export"], ["import", "--accept-loss"], ["check", "--database", name]):
        refused = operator.revocations(service_url, *arguments)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "DATABASE_OWNER_URL" in refused.stderr
    with_service = {"DATABASE_URL": service_url, "DATABASE_OWNER_URL": ""}
    unnamed = CliRunner().invoke(main, ["revocations", "export"], env=with_service)
    assert (unnamed.exit_code, unnamed.stdout) == (1, "")
    assert "DATABASE_OWNER_URL" in unnamed.stderr


def test_a_file_without_any_shop_is_not_brought_in(drill: Drill, operator: Operator) -> None:
    copy = operator.restore(operator.dump())
    told = '{"kind":"head","version":1,"at":"2091-01-01T00:00:00Z"}\n{"kind":"end","rows":0}\n'
    (operator.folder / "hidden.jsonl").write_text(told)
    refused = operator.revocations(copy.owner_url, "import", f"{operator.folder}/hidden.jsonl")
    assert (refused.exit_code, "names no shop" in refused.stderr) == (1, True)


LATER = datetime(2091, 1, 1, tzinfo=UTC)
INSTANTS = st.sampled_from([LATER, LATER + timedelta(hours=1)])


def facts_about(world: World, links: list[UUID], keys: list[UUID]) -> st.SearchStrategy[Fact]:
    roles = st.sampled_from(["owner", "editor", "viewer"])
    anna, ben = world.admins["anna"], world.admins["ben"]
    tenants = st.sampled_from([(world.berlin, "berlin"), (world.tokyo, "tokyo")])
    return st.one_of(
        st.builds(
            LinkFact,
            tenant=st.sampled_from([world.berlin, world.tokyo]),
            link=st.sampled_from(links),
            revoked_at=st.none() | INSTANTS,
            revision=st.integers(0, 2),
            password_hash=st.none() | st.sampled_from("ab"),
        ),
        tenants.flatmap(
            lambda each: st.builds(
                TenantFact,
                tenant=st.just(each[0]),
                slug=st.just(each[1]),
                members=st.dictionaries(st.sampled_from([anna, ben]), roles),
                guilds=st.just([]),
                keys=st.lists(st.sampled_from(keys), unique=True),
                off_since=st.none() | st.just(LATER),
            )
        ),
        st.builds(
            KeyFact, tenant=st.just(world.berlin), id=st.sampled_from(keys), revoked_at=INSTANTS
        ),
        st.builds(
            PersonFact,
            id=st.just(anna),
            email=st.just("anna@example.com"),
            password_hash=st.sampled_from("ab"),
            generation=st.integers(0, 2),
        ),
    )


def ended_in(connection: Connection, *files: list[Fact]) -> list[tuple[object, ...]]:
    """What is left after files were brought in, one after the other; taken back again."""
    with connection.begin() as under_way:
        for facts in files:
            apply(connection, facts, made=LATER, now=LATER, whole=True)
        rows: list[tuple[object, ...]] = []
        for query in (
            select(Share.link_id, Share.revoked_at, Share.revision, Share.password_hash),
            select(Membership.tenant_id, Membership.admin_id, Membership.role),
            select(ApiKey.id, ApiKey.revoked_at),
            select(Admin.id, Admin.session_generation, Admin.password_hash),
            select(SharingStop.tenant_id, SharingStop.since),
        ):
            rows += sorted((tuple(row) for row in connection.execute(query)), key=repr)
        under_way.rollback()
    return rows


def test_files_may_come_in_any_order_and_twice(drill: Drill, owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        links = [*connection.scalars(select(Share.link_id))]
        keys = [*connection.scalars(select(ApiKey.id))]
        connection.rollback()
        files = st.lists(facts_about(drill.world, links, keys), max_size=5)

        @settings(max_examples=hypothesis_profiles.examples(60))
        @given(files, files)
        def law(one: list[Fact], other: list[Fact]) -> None:
            ended = ended_in(connection, one, other)
            assert ended == ended_in(connection, other, one)
            assert ended == ended_in(connection, one, other, one)

        law()


def test_a_file_without_a_shop_closes_those_that_there_were(
    drill: Drill, owner_engine: Engine
) -> None:
    with owner_engine.connect() as connection:
        done = apply(connection, [], made=LATER, now=LATER, whole=True)
        connection.rollback()
        nothing = apply(connection, [], made=LATER, now=LATER, whole=False)
        connection.rollback()
    assert sorted(done.erased) == ["berlin", "tokyo"]
    assert done.links == len(drill.links.all) - 1, "one was closed before"
    assert nothing.erased == []
