"""`analytics connection`: connections by which platforms send their events."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError

if TYPE_CHECKING:
    from ingest.webhooks.connections import Connection

_tenant = click.option("--tenant", required=True, help="Slug of the shop.")
_secret = click.option(
    "--secret-file",
    type=click.File("r"),
    help="Where the secret is that the platform signs with (- is standard input); else one is"
    " drawn.",
)


@click.group()
def connection() -> None:
    """Connections to platforms: see docs/howto/connect-a-platform-by-webhooks.md."""


@connection.command()
@click.argument("platform", type=click.Choice(["shopify", "woocommerce"]))
@_tenant
@click.option("--name", required=True, help="What the connection is called.")
@_secret
@state_dir_option
def create(
    platform: str,
    tenant: str,
    name: str,
    secret_file: TextIO | None,
    state_dir: Path | None,
) -> None:
    """Make a connection to PLATFORM, and print its address and its secret, this once."""
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin import connections  # noqa: PLC0415
    from common.http.problem import Problem  # noqa: PLC0415

    try:
        where = resolve(state_dir)
        box = connections.secret_box(where.settings.get("ANALYTICS_CONNECTION_SECRET"))
        made, secret = connections.create(
            where.database_url,
            box,
            tenant=tenant,
            platform=platform,
            name=name,
            secret=_read(secret_file),
        )
    except (AccountError, Problem, SupervisorError, connections.ConnectionKeysError) as error:
        raise expected(error) from error
    click.echo(f"{made.id}\naddress  {made.path}\nsecret   {secret}")


@connection.command("list")
@_tenant
@state_dir_option
def list_all(tenant: str, state_dir: Path | None) -> None:
    """Print a shop's connections, the oldest first."""
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin import connections  # noqa: PLC0415

    try:
        found = connections.list_of(resolve(state_dir).database_url, tenant=tenant)
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
    for each in found:
        click.echo(_line(each))


@connection.command()
@click.argument("connection_id", metavar="CONNECTION")
@_tenant
@_secret
@click.option(
    "--grace-hours",
    type=click.FloatRange(0, 168),
    default=24,
    show_default=True,
    help="How long the secret before stays good.",
)
@state_dir_option
def rotate(
    connection_id: str,
    tenant: str,
    secret_file: TextIO | None,
    grace_hours: float,
    state_dir: Path | None,
) -> None:
    """Give a connection another secret, and print it, this once."""
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin import connections  # noqa: PLC0415
    from common.http.problem import Problem  # noqa: PLC0415

    try:
        where = resolve(state_dir)
        box = connections.secret_box(where.settings.get("ANALYTICS_CONNECTION_SECRET"))
        found, secret = connections.rotate(
            where.database_url,
            box,
            tenant=tenant,
            connection=connection_id,
            secret=_read(secret_file),
            grace=timedelta(hours=grace_hours),
        )
    except (AccountError, Problem, SupervisorError, connections.ConnectionKeysError) as error:
        raise expected(error) from error
    click.echo(f"{_line(found)}\nsecret   {secret}")


@connection.command()
@click.argument("connection_id", metavar="CONNECTION")
@_tenant
@state_dir_option
def pause(connection_id: str, tenant: str, state_dir: Path | None) -> None:
    """Have the events of a connection wait; they are still taken."""
    _set_paused(connection_id, tenant, state_dir, paused=True)


@connection.command()
@click.argument("connection_id", metavar="CONNECTION")
@_tenant
@state_dir_option
def resume(connection_id: str, tenant: str, state_dir: Path | None) -> None:
    """Have what waited worked off, within half a minute."""
    _set_paused(connection_id, tenant, state_dir, paused=False)


def _set_paused(connection_id: str, tenant: str, state_dir: Path | None, *, paused: bool) -> None:
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin import connections  # noqa: PLC0415
    from common.http.problem import Problem  # noqa: PLC0415

    try:
        url = resolve(state_dir).database_url
        found = connections.pause(url, tenant=tenant, connection=connection_id, paused=paused)
    except (AccountError, Problem, SupervisorError) as error:
        raise expected(error) from error
    click.echo(_line(found))


def _read(file: TextIO | None) -> str | None:
    return None if file is None else file.read().strip()


def _line(found: "Connection") -> str:
    from common.instants import iso  # noqa: PLC0415 - keeps help quick

    state = "active" if found.paused_at is None else f"paused since {iso(found.paused_at)}"
    until = found.previous_until
    grace = "" if until is None else f", the secret before is good until {iso(until)}"
    return f"{found.id}  {found.platform}  {found.name}  {state}{grace}"
