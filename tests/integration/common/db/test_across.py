"""What is asked of all servers: functions across tenants, look-ups, sweeps."""

from datetime import timedelta
from threading import Event
from uuid import uuid4

import pytest
from redis import Redis
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from tests.support.sharded import RESTORED, Sharded, database_of
from tests.support.wait import PATIENCE_SECONDS

from accounts.provisioning import create_tenant
from common.db.accounts import Tenant
from common.db.across import find_on_any, rows_of_all
from common.db.shards import HOME, TenantAwayError
from common.db.tenancy import Access, TenantDb, TenantSession
from common.instants import now
from common.links.options import LinkOptions
from common.links.state import LinkRef, LinkState, LinkStateStore
from worker.links.revocation_sweep import sweep_revocations

NOW = now()  # Redis forgets what ended by its own clock
AFTER = text("SELECT tenant_id FROM tenants_after(:after, :most)")
ALL = {"after": 0, "most": 1000}
SLUG = text("SELECT tenant_id_of(:slug)")


def found_by_slug(sharded: Sharded, slug: str) -> int | None:
    given = {"slug": slug}
    return find_on_any(sharded.engine, Access(), lambda each: each.scalar(SLUG, given), int)


def test_rows_of_all_servers_are_put_together(sharded: Sharded) -> None:
    for number, name in enumerate(sharded.owner_urls, start=1):
        sharded.add_tenant(name, number)
    sharded.add_tenant("west", 1, arriving=True)  # and is held at home
    rows = rows_of_all(sharded.engine, AFTER, ALL)
    assert sorted(row.tenant_id for row in rows) == [1, 2, 3]


def test_a_server_that_is_away_costs_its_own_rows(sharded: Sharded) -> None:
    for number, name in enumerate(sharded.owner_urls, start=1):
        sharded.add_tenant(name, number)
    for away, left in ((HOME, [2, 3]), ("east", [1, 3]), ("west", [1, 2])):
        with sharded.away(away):
            rows = rows_of_all(sharded.engine, AFTER, ALL)
            assert sorted(row.tenant_id for row in rows) == left
            with pytest.raises(TenantAwayError, match=away):
                rows_of_all(sharded.engine, AFTER, ALL, whole=True)


@pytest.mark.parametrize(
    "fault",
    [
        "DROP FUNCTION tenants_after(integer, integer)",
        "REVOKE EXECUTE ON FUNCTION tenants_after FROM analytics_app",
        "ALTER FUNCTION holds_tenant(integer) RENAME TO held",
    ],
)
def test_a_server_of_another_schema_costs_its_own_rows(sharded: Sharded, fault: str) -> None:
    for number, name in enumerate(sharded.owner_urls, start=1):
        sharded.add_tenant(name, number)
    sharded.run("east", fault)
    assert sorted(row.tenant_id for row in rows_of_all(sharded.engine, AFTER, ALL)) == [1, 3]
    with pytest.raises(TenantAwayError, match="east"):
        rows_of_all(sharded.engine, AFTER, ALL, whole=True)


def test_rows_of_a_restored_copy_are_not_believed(sharded: Sharded) -> None:
    for number, name in enumerate(sharded.owner_urls, start=1):
        sharded.add_tenant(name, number)
    sharded.run("east", RESTORED)
    assert sorted(row.tenant_id for row in rows_of_all(sharded.engine, AFTER, ALL)) == [1, 3]


def test_a_tenant_is_found_on_any_server_and_never_said_not_to_exist(sharded: Sharded) -> None:
    sharded.add_tenant("east", 5)
    assert found_by_slug(sharded, "shop-5") == 5
    assert found_by_slug(sharded, "nobody") is None
    with sharded.away(HOME):
        assert found_by_slug(sharded, "shop-5") == 5
        with pytest.raises(TenantAwayError):
            found_by_slug(sharded, "nobody")
    with sharded.away("east"), pytest.raises(OperationalError):
        found_by_slug(sharded, "shop-5")
    sharded.run("east", "UPDATE tenants SET arriving = true")
    with pytest.raises(TenantAwayError):
        found_by_slug(sharded, "shop-5")


def test_what_moves_between_two_answers_is_found(sharded: Sharded) -> None:
    sharded.add_tenant(HOME, 5)
    asked: list[str] = []
    west_answered, moved = Event(), Event()

    def find(session: TenantSession) -> int | None:
        database = database_of(session)
        found: int | None = session.scalar(SLUG, {"slug": "shop-5"})
        asked.append(database)
        if database in sharded.owner_urls["west"]:
            west_answered.set()
        return found

    def once_it_moved(session: TenantSession) -> int | None:
        if database_of(session) in sharded.owner_urls[HOME] and not moved.is_set():
            assert west_answered.wait(PATIENCE_SECONDS)
            sharded.move(5, HOME, "west")
            moved.set()
        return find(session)

    assert find_on_any(sharded.engine, Access(), once_it_moved, int) == 5
    assert len(asked) > len(sharded.owner_urls)


def revoked(sharded: Sharded, server: str, tenant_id: int) -> LinkRef:
    """A link of a tenant that the ledger has as revoked."""
    sharded.add_tenant(server, tenant_id)
    link = LinkRef(tenant_id, uuid4(), NOW + timedelta(days=7))
    sharded.run(
        server,
        "INSERT INTO shares (tenant_id, id, link_id, report, period, window_from, window_to,"
        " key_id, issued_at, expires_at, revoked_at)"
        " VALUES (%s, %s, %s, 'sales', 'week', %s, %s, 'k', %s, %s, %s)",
        tenant_id,
        link.link_id,
        link.link_id,
        NOW - timedelta(days=7),
        NOW,
        NOW - timedelta(days=1),
        link.expires_at,
        NOW - timedelta(hours=1),
    )
    return link


def test_a_sweep_notes_each_server_by_itself(sharded: Sharded, redis_client: Redis) -> None:
    states = LinkStateStore(redis_client)
    links = {
        name: revoked(sharded, name, number)
        for number, name in enumerate(sharded.owner_urls, start=1)
    }
    with sharded.away("east"), pytest.raises(OperationalError):
        sweep_revocations(sharded.engine, redis_client, now=NOW)
    known = dict(zip(links, states.read(list(links.values())), strict=True))
    assert known[HOME] is known["west"] is LinkState.REVOKED
    assert known["east"] is not LinkState.REVOKED
    assert sweep_revocations(sharded.engine, redis_client, now=NOW) == 1
    assert states.read([links["east"]]) == [LinkState.REVOKED]
    assert sweep_revocations(sharded.engine, redis_client, now=NOW) == 0


def test_a_server_without_the_schema_leaves_the_others_swept(
    sharded: Sharded, redis_client: Redis
) -> None:
    states = LinkStateStore(redis_client)
    sharded.run("east", "ALTER FUNCTION revoked_links RENAME TO revoked")
    links = [revoked(sharded, name, number) for number, name in enumerate(sharded.owner_urls, 1)]
    with pytest.raises(ProgrammingError):
        sweep_revocations(sharded.engine, redis_client, now=NOW)
    known = states.read(links)
    assert known.count(LinkState.REVOKED) == 2
    sharded.run("east", "ALTER FUNCTION revoked RENAME TO revoked_links")
    assert sweep_revocations(sharded.engine, redis_client, now=NOW) == 1


def test_a_sweep_goes_on_past_a_tenant_on_its_way_and_says_not_all_was_done(
    sharded: Sharded, redis_client: Redis
) -> None:
    states = LinkStateStore(redis_client)
    changed, other = revoked(sharded, "east", 1), revoked(sharded, "east", 2)
    sharded.run(
        "east", "UPDATE shares SET revoked_at = NULL, revision = 1, changed_at = %s"
        " WHERE tenant_id = 1", NOW - timedelta(hours=1),
    )  # fmt: skip
    epoch = states.epoch(1)
    states.restore(changed, LinkState.ACTIVE, LinkOptions(), epoch=epoch)
    assert states.read_links([changed])[0].options.revision == 0
    sharded.run("east", "UPDATE tenants SET arriving = (id = 1)")
    for _ in range(2):
        with pytest.raises(TenantAwayError, match="moving"):
            sweep_revocations(sharded.engine, redis_client, now=NOW)
        assert states.read([other]) == [LinkState.REVOKED]
    sharded.run("east", "UPDATE tenants SET arriving = false")
    sweep_revocations(sharded.engine, redis_client, now=NOW)
    assert states.read_links([changed])[0].options.revision == 1


def test_a_restored_copy_among_the_servers_is_not_believed(
    sharded: Sharded, redis_client: Redis
) -> None:
    for number, name in enumerate(sharded.owner_urls, start=1):
        revoked(sharded, name, number)
    sharded.run("west", RESTORED)
    assert sweep_revocations(sharded.engine, redis_client, now=NOW) == 2


def test_fifty_tenants_are_placed_evenly_and_held_apart(sharded: Sharded) -> None:
    ids = [
        create_tenant(
            sharded.engine, slug=f"s{number}", name=f"S{number}", currency="EUR", timezone="UTC"
        )
        for number in range(50)
    ]
    assert len(set(ids)) == 50
    counts = [sharded.count(name, "SELECT count(*) FROM tenants") for name in sharded.owner_urls]
    assert sorted(counts) == [16, 17, 17]
    for tenant_id in ids:
        with TenantDb(sharded.engine, tenant_id).transaction() as session:
            assert session.scalars(select(Tenant.id)).all() == [tenant_id]
