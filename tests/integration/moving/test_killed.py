"""A move that is killed at any step: one server holds the tenant, and the next run ends it.

It is held at a step by a lock that the step has to wait for, and killed there.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, TextClause, create_engine, text
from tests.support import wait
from tests.support.forked import Forked
from tests.support.moved_tenants import OURS, SLUG, THEIRS, Fleet, furnish

from analytics.cli import main
from common.db.engine import psycopg_url

BLOCKED = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'analytics-move' AND wait_event_type = 'Lock'"
)
GONE = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'analytics-move' AND state <> 'idle'"
)


@pytest.fixture
def full(fleet: Fleet) -> Fleet:
    """A row of every table for each of two tenants at home."""
    with fleet.engine("home").begin() as connection:
        furnish(connection, OURS, THEIRS)
    return fleet


def settings(fleet: Fleet, redis_url: str) -> dict[str, str]:
    """What the command is told."""
    urls = {name: fleet.engine(name).url for name in fleet.servers}
    shown = {name: url.render_as_string(hide_password=False) for name, url in urls.items()}
    home = shown.pop("home")
    shards = ",".join(f"{name}={url.replace('+psycopg', '')}" for name, url in shown.items())
    return {
        "DATABASE_OWNER_URL": home,
        "DATABASE_SHARD_OWNER_URLS": shards,
        "REDIS_URL": redis_url,
    }


def run(fleet: Fleet, redis_url: str, to: str, *arguments: str) -> Result:
    told = settings(fleet, redis_url)
    return CliRunner().invoke(main, ["move-tenant", SLUG, "--to", to, *arguments], env=told)


@contextmanager
def session(fleet: Fleet, name: str) -> Iterator[Connection]:
    """A session beside that of the move, in a transaction."""
    engine = create_engine(fleet.engine(name).url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def moving(fleet: Fleet, redis_url: str, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The command as a process of its own; it is killed in the end, and its sessions are gone."""
    command = ["analytics", "move-tenant", SLUG, "--to", "east"]
    with log.open("w") as stream:
        process = Forked(
            command, env=os.environ | settings(fleet, redis_url), stdout=stream, stderr=stream
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(wait.PATIENCE_SECONDS)


def fresh(watching: Connection, query: TextClause) -> int:
    """What a query counts of the sessions of now: a transaction sees them as of its first look."""
    watching.rollback()
    return int(watching.scalar(query) or 0)


def no_more(watching: Connection) -> bool:
    return fresh(watching, GONE) == 0


def until_blocked(watching: Connection, log: Path) -> None:
    wait.until(lambda: fresh(watching, BLOCKED), log.read_text)


def until_gone(fleet: Fleet) -> None:
    """Servers notice that a client is gone when they next look."""
    for name in fleet.servers:
        with session(fleet, name) as watching:
            wait.until(partial(no_more, watching), "its sessions end")


def killed_while_copying(fleet: Fleet, redis_url: str, log: Path) -> None:
    with session(fleet, "east") as held, session(fleet, "east") as watching:
        held.execute(text("LOCK TABLE webhook_orders IN EXCLUSIVE MODE"))
        with moving(fleet, redis_url, log):
            until_blocked(watching, log)


def killed_once_copied(fleet: Fleet, redis_url: str, log: Path) -> None:
    with session(fleet, "home") as held, session(fleet, "home") as watching:
        held.execute(text("LOCK TABLE orders IN SHARE MODE"))
        with moving(fleet, redis_url, log):
            until_blocked(watching, log)


def killed_once_deleted(fleet: Fleet, redis_url: str, log: Path) -> None:
    with session(fleet, "home") as held, session(fleet, "home") as watching:
        held.execute(text("LOCK TABLE orders IN SHARE MODE"))
        with moving(fleet, redis_url, log) as process:
            until_blocked(watching, log)
            with session(fleet, "east") as row, session(fleet, "east") as watching_row:
                row.execute(text("SELECT FROM tenants FOR UPDATE"))
                held.rollback()
                until_blocked(watching_row, log)
                process.kill()
                process.wait(wait.PATIENCE_SECONDS)


KILLED = (killed_while_copying, killed_once_copied, killed_once_deleted)


def answering(fleet: Fleet) -> list[str]:
    """The servers that a service would take for the tenant's."""
    query = f"SELECT count(*) FROM tenants WHERE id = {THEIRS} AND NOT arriving"  # noqa: S608 - a number
    return [name for name in fleet.servers if fleet.number(name, query)]


def without_audit(rows: dict[str, object]) -> dict[str, object]:
    return {name: each for name, each in rows.items() if name != "audit_entries"}


@pytest.mark.parametrize("killed", KILLED)
@pytest.mark.parametrize("then", ["east", "home"])
def test_a_killed_move_is_ended_or_begun_anew(
    full: Fleet, redis_url: str, tmp_path: Path, killed: object, then: str
) -> None:
    before, ours = full.rows("home"), full.rows("home", OURS)
    killed(full, redis_url, tmp_path / "log")  # type: ignore[operator]
    until_gone(full)
    held = [] if killed is killed_once_deleted else ["home"]
    assert answering(full) == held, "never two; none only after the source let go of it"
    done = run(full, redis_url, then)
    left_nothing = killed is killed_while_copying
    if then == "home" and left_nothing:
        assert (done.exit_code, "is on home already" in done.stderr) == (1, True)
    else:
        assert done.exit_code == 0, done.output
    assert answering(full) == [then]
    other = "home" if then == "east" else "east"
    assert full.rows(other) == {}
    assert without_audit(full.rows(then)) == without_audit(before)
    assert full.rows("home", OURS) == ours


def test_what_is_written_after_a_killed_move_is_moved_by_the_next(
    full: Fleet, redis_url: str, tmp_path: Path
) -> None:
    killed_once_copied(full, redis_url, tmp_path / "log")
    until_gone(full)
    full.run("home", f"UPDATE shares SET revoked_at = now() WHERE tenant_id = {THEIRS}")  # noqa: S608 - a number
    done = run(full, redis_url, "east")
    assert "the copy on east that a move left is dropped" in done.stdout
    assert full.number("east", "SELECT count(*) FROM shares WHERE revoked_at IS NOT NULL") == 1


def test_a_copy_that_a_move_left_is_no_way_back_for_an_erased_tenant(
    full: Fleet, redis_url: str, tmp_path: Path
) -> None:
    killed_once_copied(full, redis_url, tmp_path / "log")
    until_gone(full)
    told = settings(full, redis_url)
    erased = CliRunner().invoke(main, ["erase-tenant", SLUG, "--confirm", SLUG], env=told)
    assert erased.exit_code == 0, erased.output
    assert (full.rows("home"), full.rows("east")) == ({}, {})
    again = run(full, redis_url, "east")
    assert (again.exit_code, "there is no tenant" in again.stderr) == (1, True)


def test_a_copy_is_no_tenant_while_its_source_is_not_asked(
    full: Fleet, redis_url: str, tmp_path: Path
) -> None:
    killed_once_copied(full, redis_url, tmp_path / "log")
    until_gone(full)
    told = settings(full, redis_url)
    east = told["DATABASE_SHARD_OWNER_URLS"].removeprefix("east=")
    alone = told | {"DATABASE_OWNER_URL": east, "DATABASE_SHARD_OWNER_URLS": ""}
    for told_of, reason in (
        ("details = '{\"before\": \"west\"}', subject = 'home'", "on its way from 'west'"),
        ("subject = 'west'", "`analytics revocations import` set aside"),
    ):
        full.run("east", f"UPDATE audit_entries SET {told_of}")  # noqa: S608 - ours
        refused = CliRunner().invoke(main, ["move-tenant", SLUG, "--to", "home"], env=alone)
        assert (refused.exit_code, reason in refused.stderr) == (1, True), refused.stderr
    assert answering(full) == ["home"]


def test_the_command_says_what_it_does(full: Fleet, redis_url: str) -> None:
    done = run(full, redis_url, "east")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == f"{SLUG} is on home; waiting until nobody acts for it"
    assert "           1 order_lines" in lines
    assert lines[-1].startswith(f"{SLUG} is on east; it was not written to for ")
    assert run(full, redis_url, "west").exit_code == 1


def test_a_server_that_is_away_is_named(full: Fleet, redis_url: str) -> None:
    told = settings(full, redis_url)
    gone = psycopg_url(told["DATABASE_OWNER_URL"]).set(port=1)
    away = f"east={gone.set(drivername='postgresql').render_as_string(hide_password=False)}"
    arguments = ["move-tenant", SLUG, "--to", "east"]
    refused = CliRunner().invoke(main, arguments, env=told | {"DATABASE_SHARD_OWNER_URLS": away})
    assert (refused.exit_code, "analytics: east: " in refused.stderr) == (1, True)
    assert answering(full) == ["home"]
