"""A shop is erased beside those who act for it, and where a server was restored."""

from threading import Thread

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from tests.integration.moving.test_killed import fresh, session, settings
from tests.support import wait
from tests.support.moved_tenants import OURS, SLUG, THEIRS, Fleet, furnish

from analytics.admin import erase_tenant
from analytics.cli import main
from common.db.shards import FENCE_CLASS

SHARE = text(f"SELECT pg_advisory_xact_lock_shared({FENCE_CLASS}, {THEIRS})")
WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE NOT granted AND application_name = 'analytics-erase'"
)

LONGER_THAN_A_TURN = 30_000
"""In ms: what waits for more than a turn waits until the import has ended."""


@pytest.fixture
def full(fleet: Fleet) -> Fleet:
    """A row of every table for each of two tenants at home."""
    with fleet.engine("home").begin() as connection:
        furnish(connection, OURS, THEIRS)
    return fleet


def erase(fleet: Fleet, redis_url: str, *arguments: str) -> Result:
    told = settings(fleet, redis_url)
    return CliRunner().invoke(main, ["erase-tenant", SLUG, *arguments], env=told)


def test_counting_waits_for_nobody(full: Fleet, redis_url: str) -> None:
    with session(full, "home") as importing:
        importing.execute(SHARE)
        importing.execute(text(f"SELECT FROM tenants WHERE id = {THEIRS} FOR UPDATE"))
        counted = erase(full, redis_url)
    assert f"say --confirm {SLUG}" in counted.stderr
    assert full.rows("home") != {}


def test_who_acts_for_the_shop_is_waited_for_and_not_held_up(
    full: Fleet, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with session(full, "home") as importing, session(full, "home") as watching:
        importing.execute(SHARE)
        monkeypatch.setattr(erase_tenant, "_FENCE_SECONDS", 0)
        refused = erase(full, redis_url, "--confirm", SLUG)
        assert (refused.exit_code, "was in use" in refused.stderr) == (1, True)
        wait.until(lambda: fresh(watching, WAITING) == 0, "it waits no more")
        monkeypatch.setattr(erase_tenant, "_FENCE_SECONDS", wait.PATIENCE_SECONDS)
        done: list[Result] = []
        erasing = Thread(target=lambda: done.append(erase(full, redis_url, "--confirm", SLUG)))
        erasing.start()
        wait.until(lambda: fresh(watching, WAITING) == 1)
        importing.execute(text(f"UPDATE tenants SET arriving = true WHERE id = {THEIRS}"))  # noqa: S608 - a number
        importing.commit()
    erasing.join(wait.PATIENCE_SECONDS)
    assert "moved or erased meanwhile" in done[0].stderr
    assert full.rows("home") != {}


def test_who_comes_while_the_fence_is_asked_for_waits_for_one_turn_alone(
    full: Fleet, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase_tenant, "_FENCE_SECONDS", wait.PATIENCE_SECONDS)
    with session(full, "home") as importing, session(full, "home") as watching:
        importing.execute(SHARE)
        done: list[Result] = []
        erasing = Thread(target=lambda: done.append(erase(full, redis_url, "--confirm", SLUG)))
        erasing.start()
        for _ in range(2):
            wait.until(lambda: done or fresh(watching, WAITING) == 1, "it is asked for")
            assert not done
            with session(full, "home") as selling:
                selling.execute(text(f"SET LOCAL lock_timeout = {LONGER_THAN_A_TURN}"))
                selling.execute(SHARE)
        importing.rollback()
    erasing.join(wait.PATIENCE_SECONDS)
    assert done[0].exit_code == 0, done[0].output


def test_a_restored_server_holds_nothing_that_is_erased(full: Fleet, redis_url: str) -> None:
    full.move("east")
    copy = f"({THEIRS}, '{SLUG}', 'Old', 'EUR', 'UTC')"
    full.run("home", f"INSERT INTO tenants (id, slug, name, currency, timezone) VALUES {copy}")  # noqa: S608 - ours
    body = "RETURNS text LANGUAGE sql IMMUTABLE RETURN 'elsewhere'::text"
    full.run("home", f"CREATE OR REPLACE FUNCTION database_origin() {body}")
    done = erase(full, redis_url, "--confirm", SLUG)
    assert done.exit_code == 0, done.output
    assert "           1 people" in done.stdout
    assert (full.rows("home"), full.rows("east")) == ({}, {})
    again = erase(full, redis_url)
    assert "none until `analytics revocations import`" in again.stderr


def test_another_shop_of_the_same_id_is_not_erased(full: Fleet, redis_url: str) -> None:
    other = f"({THEIRS}, 'other', 'Other', 'EUR', 'UTC')"
    full.run("east", f"INSERT INTO tenants (id, slug, name, currency, timezone) VALUES {other}")  # noqa: S608 - ours
    refused = erase(full, redis_url, "--confirm", SLUG)
    assert (refused.exit_code, "'other' of the same id" in refused.stderr) == (1, True)
    assert full.number("east", "SELECT count(*) FROM tenants") == 1
    assert full.rows("home") != {}
