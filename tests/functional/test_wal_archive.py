"""A continuous copy: a base backup and the archived log bring a server back to a moment."""

from pathlib import Path

import psycopg
from tests.support import postgres_tools, wait

from devstack.embedded.postgres import EmbeddedPostgres

PASSWORD = "of-the-test"


def execute(server: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(postgres_tools.plain(server.url), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def archive(server: EmbeddedPostgres, into: Path) -> None:
    """Archive what is written from now on, as docs/operations.md says."""
    into.mkdir()
    into.chmod(0o777)
    for setting in (
        "archive_mode = on",
        f"archive_command = 'test ! -f {into}/%f && cp %p {into}/%f'",
        "archive_timeout = 60",
    ):
        execute(server, f"ALTER SYSTEM SET {setting}")


def log_switched(server: EmbeddedPostgres) -> None:
    """Wait until everything written so far is archived."""
    last = execute(server, "SELECT pg_walfile_name(pg_switch_wal())")[0][0]
    archived = "SELECT last_archived_wal >= '{}' FROM pg_stat_archiver"
    wait.until(lambda: execute(server, archived.format(last)) == [(True,)], "the archive")


def recover(copy: Path, archived: Path, *settings: str) -> None:
    """Let a server that starts on a base backup fetch the archived log."""
    (copy / "recovery.signal").touch()
    with (copy / "postgresql.auto.conf").open("a") as options:
        for setting in (
            "archive_mode = off",
            f"restore_command = 'cp {archived}/%f %p'",
            "recovery_target_action = 'promote'",
            *settings,
        ):
            options.write(f"{setting}\n")


def revoked_in(copy: Path) -> list[bool]:
    """Which links are revoked in a copy, once it has taken in the log."""
    with EmbeddedPostgres(copy, password=PASSWORD) as server:
        promoted = "SELECT NOT pg_is_in_recovery()"
        wait.until(lambda: execute(server, promoted) == [(True,)], "promoted")
        return [
            value is True for (value,) in execute(server, "SELECT revoked FROM links ORDER BY id")
        ]


def test_the_log_brings_back_what_came_after_the_copy_up_to_a_moment(place: Path) -> None:
    archived, end, middle = place / "archive", place / "end", place / "middle"
    with EmbeddedPostgres(place / "first", password=PASSWORD) as server:
        archive(server, archived)
    with EmbeddedPostgres(place / "first", password=PASSWORD) as server:
        execute(server, "CREATE TABLE links (id int, revoked boolean)")
        execute(server, "INSERT INTO links VALUES (1, false), (2, false)")
        for copy in (end, middle):
            copy.mkdir()
            postgres_tools.tool(
                "pg_basebackup",
                f"--dbname={postgres_tools.plain(server.url)}",
                f"--pgdata={copy / 'data'}",
                "--checkpoint=fast",
            )
        postgres_tools.tool("pg_verifybackup", str(end / "data"))
        execute(server, "UPDATE links SET revoked = true WHERE id = 1")
        moment = execute(server, "SELECT now()")[0][0]
        execute(server, "UPDATE links SET revoked = true WHERE id = 2")
        log_switched(server)
    recover(end / "data", archived)
    recover(middle / "data", archived, f"recovery_target_time = '{moment}'")
    assert revoked_in(end) == [True, True]
    assert revoked_in(middle) == [True, False]
