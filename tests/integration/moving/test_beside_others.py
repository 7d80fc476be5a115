"""A move beside others who act, and on servers that are not as they should be."""

from threading import Thread

import pytest
from sqlalchemy import text
from tests.integration.moving.test_killed import BLOCKED, fresh, session
from tests.support import wait
from tests.support.moved_tenants import OURS, SLUG, THEIRS, Fleet, furnish

from analytics.moving.errors import MoveError
from analytics.moving.move import Move
from analytics.moving.servers import Place, places_of
from common import instants
from common.db.shards import HOME


@pytest.fixture
def full(fleet: Fleet) -> Fleet:
    """A row of every table for each of two tenants at home."""
    with fleet.engine("home").begin() as connection:
        furnish(connection, OURS, THEIRS)
    return fleet


def test_who_becomes_a_member_meanwhile_stays_one(full: Fleet) -> None:
    full.move("east")
    full.move("east", f"shop-{OURS}")
    admin_id = full.number("east", f"SELECT admin_id FROM memberships WHERE tenant_id = {THEIRS}")  # noqa: S608 - a number
    with session(full, "east") as joining, session(full, "east") as watching:
        joining.execute(
            text("INSERT INTO memberships (tenant_id, admin_id) VALUES (:tenant, :admin)"),
            {"tenant": OURS, "admin": admin_id},
        )
        mover = Thread(target=full.move, args=("home",))
        mover.start()
        wait.until(lambda: fresh(watching, BLOCKED) == 1)
        joining.commit()
    mover.join(wait.PATIENCE_SECONDS)
    joined = f"SELECT count(*) FROM memberships WHERE admin_id = {admin_id}"  # noqa: S608 - a number
    assert [full.number(name, joined) for name in ("home", "east")] == [1, 1]


def test_the_source_forgets_the_tenant_for_good(full: Fleet) -> None:
    """A server that commits before its log is written would have it again after a crash."""
    database = full.engine(HOME).url.database
    full.run(HOME, f'ALTER DATABASE "{database}" SET synchronous_commit = off')
    full.run(
        HOME,
        "CREATE FUNCTION durably() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF current_setting('synchronous_commit') <> 'on' THEN RAISE 'not durably'; END IF;"
        " RETURN OLD; END $$;"
        " CREATE TRIGGER durably BEFORE DELETE ON tenants FOR EACH ROW EXECUTE FUNCTION durably()",
    )
    full.engine(HOME).dispose()
    assert full.number(HOME, "SELECT (current_setting('synchronous_commit') = 'off')::int")
    full.move("east")
    assert full.rows(HOME) == {}


def test_a_tenant_of_another_server_is_no_copy_to_drop(full: Fleet) -> None:
    """It came there since the places were looked at."""
    servers = list(full.servers.values())
    (held,) = places_of(servers, SLUG)
    made = f"(7, '{SLUG}', 'Other', 'EUR', 'UTC')"
    full.run("east", f"INSERT INTO tenants (id, slug, name, currency, timezone) VALUES {made}")  # noqa: S608 - ours
    move = Move(servers, full.redis, SLUG, "east", instants.now(), 1, lambda _: None)
    with pytest.raises(MoveError, match="has a tenant"):
        move._drop_copies(Place(held.server, held.tenant_id, arriving=False))
    assert full.number("east", "SELECT count(*) FROM tenants") == 1
    with pytest.raises(MoveError, match="is on home and east"):
        full.move("east")


def test_a_name_of_before_the_rule_is_told(full: Fleet) -> None:
    full.run("home", "ALTER TABLE tenants DROP CONSTRAINT ck_tenants_name")
    full.run("home", f"UPDATE tenants SET name = repeat('x', 201) WHERE id = {THEIRS}")  # noqa: S608 - a number
    with pytest.raises(MoveError, match="rename it first"):
        full.move("east")
    assert full.rows("east") == {}
