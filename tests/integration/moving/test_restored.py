"""A server that was restored closes what was erased, and not what has only moved."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.integration.moving.test_killed import settings
from tests.support.moved_tenants import OURS, SLUG, THEIRS, Fleet, furnish

from analytics.cli import main
from analytics.restoring.revocation_file import Head, lines
from common.instants import now

LIVE = f"SELECT count(*) FROM shares WHERE tenant_id = {THEIRS} AND revoked_at IS NULL"  # noqa: S608 - a number


@pytest.fixture
def full(fleet: Fleet) -> Fleet:
    """A row of every table for each of two tenants at home."""
    with fleet.engine("home").begin() as connection:
        furnish(connection, OURS, THEIRS)
    fleet.run("home", "UPDATE shares SET revoked_at = NULL")
    return fleet


def revocations(fleet: Fleet, redis_url: str, *arguments: str, server: str = "east") -> str:
    told = settings(fleet, redis_url)
    done = CliRunner().invoke(main, ["revocations", *arguments, "--server", server], env=told)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("been_there", [False, True])
def test_a_shop_that_came_after_the_file_stays_open(
    full: Fleet, redis_url: str, tmp_path: Path, been_there: bool
) -> None:
    if been_there:
        full.move("east")
        full.move("home")
    kept = tmp_path / "east.jsonl"
    kept.write_text(revocations(full, redis_url, "export"))
    full.move("east")
    assert "closed" not in revocations(full, redis_url, "import", str(kept))
    assert full.number("east", LIVE) == 1
    assert full.number("east", "SELECT count(*) FROM memberships") == 1


def test_a_shop_that_was_there_and_is_not_in_the_file_is_closed(
    full: Fleet, redis_url: str, tmp_path: Path
) -> None:
    full.move("east")
    kept = tmp_path / "east.jsonl"
    kept.write_text("\n".join(lines(Head(at=now(), shops=0), [])))
    assert f"analytics erase-tenant {SLUG}" in revocations(full, redis_url, "import", str(kept))
    assert full.number("east", LIVE) == 0


def test_a_server_that_does_not_know_it_went_back_gives_up_what_another_holds(
    full: Fleet, redis_url: str
) -> None:
    """As a standby does that is promoted before it had the deletion."""
    full.move("east")
    copy = f"({THEIRS}, '{SLUG}', 'Old', 'EUR', 'UTC')"
    full.run("home", f"INSERT INTO tenants (id, slug, name, currency, timezone) VALUES {copy}")  # noqa: S608 - ours
    assert "was no copy" in revocations(full, redis_url, "import", server="home")
    told = full.move("east")
    assert told[-1] == f"{SLUG} stays on east"
    assert (full.rows("home"), full.number("east", LIVE)) == ({}, 1)
