"""`analytics revocations`: what was revoked outlives a backup that is older."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from analytics.admin.target import resolve_redis, resolve_server, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.group()
def revocations() -> None:
    """Keep what was revoked, and bring it into a restored database.

    DATABASE_OWNER_URL names the role that owns the tables.
    """


@contextmanager
def _told() -> Iterator[None]:
    """Turn expected failures into a line."""
    from analytics.admin.revocations import RestoreError  # noqa: PLC0415 - keeps help quick
    from analytics.restoring.revocation_file import RevocationFileError  # noqa: PLC0415 - likewise

    try:
        yield
    except (RestoreError, RevocationFileError, SupervisorError) as error:
        raise expected(error) from error


_server_option = click.option(
    "--server", default="home", help="Which of several servers (DATABASE_SHARD_OWNER_URLS) it is."
)


@revocations.command("export")
@_server_option
@state_dir_option
def export(server: str, state_dir: Path | None) -> None:
    """Print everything that took access away: links, passwords, members, keys, as JSON lines.

    It holds password hashes: keep it as you keep dumps.
    """
    from analytics.admin import revocations as admin  # noqa: PLC0415 - keeps help quick

    with _told():
        owner, _ = resolve_server(state_dir, server)
        for line in admin.export(owner):
            click.echo(line)


@revocations.command("import")
@click.argument("files", nargs=-1, type=click.File("rb"))
@click.option(
    "--accept-loss",
    is_flag=True,
    help="Adopt the database although what was revoked after its dump may be alive in it.",
)
@_server_option
@state_dir_option
def bring_back(
    files: tuple[IO[bytes], ...], server: str, state_dir: Path | None, *, accept_loss: bool
) -> None:
    """Bring revocations into a database that was restored from a dump, and let its links open.

    They come from FILES of `export`, in any order, and from what Redis (REDIS_URL) still knows.
    Nothing is given back to anybody; doing it twice does no harm. Run it before Redis is emptied.
    """
    from analytics.admin import revocations as admin  # noqa: PLC0415 - keeps help quick
    from analytics.restoring.revocation_file import parse  # noqa: PLC0415 - likewise
    from common.instants import now  # noqa: PLC0415

    with _told():
        owner, others = resolve_server(state_dir, server)
        given = [parse(each.name, each) for each in files]
        done = admin.bring_back(
            owner,
            resolve_redis(state_dir),
            given,
            accept_loss=accept_loss,
            now=now(),
            others=others,
            is_home=server == "home",
        )
    for name in ("links", "passwords", "members", "keys", "people"):
        count = sum(getattr(each, name) for each in done.applied)
        click.echo(f"{name}: {count}")
    for slug in sorted({slug for each in done.applied for slug in each.erased}):
        click.echo(f"closed, as it was erased after the dump: analytics erase-tenant {slug}")
    click.echo(f"Redis still knew {done.states} links")
    click.echo("the database is adopted" if done.adopted else "the database was no copy")


@revocations.command("check")
@click.option("--database", required=True, help="Its name, on the same server.")
@_server_option
@state_dir_option
def check(database: str, server: str, state_dir: Path | None) -> None:
    """Look at a dump that was restored on trial, and fail when it is not whole."""
    from analytics.admin import revocations as admin  # noqa: PLC0415 - keeps help quick
    from common.instants import iso  # noqa: PLC0415

    with _told():
        owner, _ = resolve_server(state_dir, server)
        found = admin.check(owner, database)
    until = "nothing" if found.newest is None else iso(found.newest)
    whole = "whole" if found.compared else "whole as far as it was looked at (no right CREATEDB)"
    click.echo(f"{whole}: schema {found.revision}, {found.tenants} shops, last entry {until}")
    for name, count in found.rows.items():
        click.echo(f"{count:>12,} {name}")
