"""A tenant moves with every row it has, and with nothing of anybody else's."""

from contextlib import ExitStack
from threading import Thread

import pytest
from redis import Redis
from sqlalchemy import create_engine, select, text
from tests.support import wait
from tests.support.moved_tenants import OURS, SLUG, TABLES, THEIRS, Fleet, fleet_of, furnish
from tests.support.plain_owner import plainly_owned
from tests.support.servers import Servers

from analytics.admin.tenant_tables import on_behalf_of
from analytics.moving.errors import MoveError
from common.db.audit import Action, AuditEntry
from common.db.metadata import Model
from common.db.shards import FENCE_CLASS
from common.db.tables import TENANT_TABLES
from common.links.state import LinkState, LinkStateStore, parse_link, state_key


@pytest.fixture
def full(fleet: Fleet) -> Fleet:
    """A row of every table for each of two tenants."""
    with fleet.engine("home").begin() as connection:
        furnish(connection, OURS, THEIRS)
    return fleet


def without_audit(rows: dict[str, object]) -> dict[str, object]:
    return {name: each for name, each in rows.items() if name != "audit_entries"}


def test_tables_are_listed_after_those_that_they_refer_to() -> None:
    """A tenant's rows are copied in that order."""
    known = {"tenants", "admins"}
    for model in TENANT_TABLES:
        table = Model.metadata.tables[model.__tablename__]
        known.add(table.name)
        assert {key.target_fullname.partition(".")[0] for key in table.foreign_keys} <= known


def check_whole_move(fleet: Fleet) -> None:
    ours, theirs = fleet.rows("home", OURS), fleet.rows("home")
    assert set(theirs) == {table.name for table in TABLES} | {"tenants"}
    told = fleet.move("east")
    assert {line.split()[1] for line in told if line.startswith("   ")} == set(theirs)
    assert fleet.rows("home") == {}
    assert fleet.rows("home", OURS) == ours
    assert without_audit(fleet.rows("east")) == without_audit(theirs)
    with fleet.engine("east").connect() as connection:
        on_behalf_of(connection, THEIRS)
        moved = select(AuditEntry.subject, AuditEntry.details).where(
            AuditEntry.action == Action.TENANT_MOVED
        )
        assert connection.execute(moved).one() == ("east", {"before": "home"})
        assert connection.scalar(text("SELECT holds_tenant(:id)"), {"id": THEIRS})


def test_every_table_of_the_catalogue_moves_and_no_other_tenant(full: Fleet) -> None:
    theirs = full.rows("home")
    check_whole_move(full)
    known = "SELECT count(*) FROM admins WHERE password_hash <> '!'"
    assert full.number("home", known) == 2, "accounts stay at home"
    assert full.number("east", known) == 0, "and no other server has a password"
    full.move("home")
    assert full.rows("east") == {}
    assert set(full.rows("home")) == set(theirs)
    assert full.number("east", "SELECT count(*) FROM admins") == 0, "copies go with their shop"


def test_an_owner_that_row_level_security_holds_moves_it(
    servers: Servers, redis_client: Redis
) -> None:
    with ExitStack() as stack:
        urls = {each: stack.enter_context(plainly_owned(servers)) for each in ("home", "east")}
        fleet = stack.enter_context(fleet_of(urls, redis_client))
        with fleet.engine("home").begin() as connection:
            furnish(connection, OURS, as_owner=True)
        with fleet.engine("home").begin() as connection:
            furnish(connection, THEIRS, as_owner=True)
        check_whole_move(fleet)
        fleet.move("home")
        assert fleet.rows("east") == {}


def test_a_table_that_was_added_later_moves_too(full: Fleet) -> None:
    added = "CREATE TABLE added_later (tenant_id integer, said text)"
    for name in full.servers:
        full.run(name, added)
    for tenant_id in (OURS, THEIRS):
        full.run("home", f"INSERT INTO added_later VALUES ({tenant_id}, 'of {tenant_id}')")  # noqa: S608 - numbers
    full.move("east")
    counted = "SELECT count(*) FROM added_later WHERE said = 'of {}'"
    assert [full.number("home", counted.format(each)) for each in (OURS, THEIRS)] == [1, 0]
    assert [full.number("east", counted.format(each)) for each in (OURS, THEIRS)] == [0, 1]


def test_a_table_that_one_server_lacks_refuses_the_move(full: Fleet) -> None:
    before = full.rows("home")
    full.run("home", "CREATE TABLE added_later (tenant_id integer)")
    with pytest.raises(MoveError, match="have not the same tables"):
        full.move("east")
    assert (full.rows("home"), full.rows("east")) == (before, {})


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("CREATE RULE lost AS ON INSERT TO brands DO INSTEAD NOTHING", "brands came as 0 rows"),
        (
            "CREATE RULE other AS ON INSERT TO daily_sales DO ALSO UPDATE daily_sales SET tax = 7",
            "daily_sales came as 1 rows of 1, or with others",
        ),
    ],
)
def test_what_came_otherwise_undoes_the_move(full: Fleet, rule: str, reason: str) -> None:
    before = full.rows("home")
    full.run("east", rule)
    with pytest.raises(MoveError, match=reason):
        full.move("east")
    assert (full.rows("home"), full.rows("east")) == (before, {})


def test_ids_go_on_above_those_that_came(full: Fleet) -> None:
    full.run("home", f"UPDATE webhook_events SET id = 2500000 WHERE tenant_id = {THEIRS}")  # noqa: S608 - a number
    full.move("east")
    following = "SELECT nextval(pg_get_serial_sequence('webhook_events', 'id'))"
    assert full.number("east", following) == 2_500_001
    full.run("east", "SELECT setval(pg_get_serial_sequence('webhook_events', 'id'), 9000000)")
    full.move("home")
    full.move("east")
    assert full.number("east", following) == 9_000_001, "never back"


def test_refusals_leave_everything_as_it_was(full: Fleet) -> None:
    before = full.rows("home")
    for to, slug, reason in (
        ("west", SLUG, "there is no server 'west', only home, east"),
        ("home", SLUG, "is on home already"),
        ("east", "nobody", "there is no tenant 'nobody'"),
    ):
        with pytest.raises(MoveError, match=reason):
            full.move(to, slug)
    full.run("east", "UPDATE alembic_version SET version_num = '0042'")
    with pytest.raises(MoveError, match="target's schema is at 0042"):
        full.move("east")
    assert full.rows("home") == before


def test_a_restored_copy_takes_no_tenant(full: Fleet) -> None:
    body = "RETURNS text LANGUAGE sql IMMUTABLE RETURN 'elsewhere'::text"
    full.run("east", f"CREATE OR REPLACE FUNCTION database_origin() {body}")
    with pytest.raises(MoveError, match="target is a restored copy"):
        full.move("east")


def test_it_waits_until_nobody_acts_for_the_tenant(full: Fleet) -> None:
    share = f"SELECT pg_advisory_xact_lock_shared({FENCE_CLASS}, {THEIRS})"
    service = create_engine(full.engine("home").url)
    with service.connect() as acting:
        acting.execute(text(share))
        with pytest.raises(MoveError, match="was in use for 1 s"):
            full.move("east", patience_seconds=1)
        mover = Thread(target=full.move, args=("east",))
        mover.start()
        waits = text("SELECT count(*) FROM pg_locks WHERE classid = :fence AND NOT granted")
        wait.until(lambda: acting.execute(waits, {"fence": FENCE_CLASS}).scalar_one() == 1)
        assert full.rows("east") == {}
        renamed = f"UPDATE tenants SET name = 'Renamed' WHERE id = {THEIRS}"  # noqa: S608 - a number
        acting.execute(text(renamed))
        acting.commit()
    service.dispose()
    mover.join(wait.PATIENCE_SECONDS)
    assert full.number("east", "SELECT count(*) FROM tenants WHERE name = 'Renamed'") == 1


def test_redis_knows_every_revocation_before_the_tenant_leaves(full: Fleet) -> None:
    with full.engine("home").begin() as connection:
        on_behalf_of(connection, THEIRS)
        connection.execute(text("UPDATE shares SET revoked_at = now()"))
        links = text("SELECT link_id FROM shares WHERE tenant_id = :id")
        link_id = connection.scalar(links, {"id": THEIRS})
    full.move("east")
    states = LinkStateStore(full.redis)
    told = full.redis.get(state_key(THEIRS, link_id))
    assert isinstance(told, bytes)
    assert parse_link(told, epoch=states.epoch(THEIRS)).state is LinkState.REVOKED
