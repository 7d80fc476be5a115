"""`analytics create-tenant`: make a new shop."""

from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command("create-tenant")
@click.argument("slug")
@click.option("--name", required=True, help="What the shop is called.")
@click.option("--currency", required=True, help="Its one currency, by ISO 4217 (EUR).")
@click.option("--timezone", required=True, help="Its IANA time zone (Europe/Berlin).")
@click.option("--shard", help="The server that is to hold it, of several; home is DATABASE_URL.")
@state_dir_option
def create_tenant(
    slug: str, name: str, currency: str, timezone: str, shard: str | None, state_dir: Path | None
) -> None:
    """Make a new shop, known by SLUG.

    Currency and time zone decide every figure of its reports: choose them well. Of several servers
    (DATABASE_SHARD_URLS) the one that holds the fewest shops takes it.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from accounts.provisioning import accounts_engine  # noqa: PLC0415
    from accounts.provisioning import create_tenant as create  # noqa: PLC0415

    try:
        with accounts_engine(resolve(state_dir).database_url) as engine:
            create(engine, slug=slug, name=name, currency=currency, timezone=timezone, shard=shard)
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
    click.echo(f"created tenant {slug} ({currency}, {timezone})")
