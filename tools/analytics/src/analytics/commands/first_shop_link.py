"""`analytics first-shop-link`: where the first shop is made, while there is no admin."""

import os
from pathlib import Path

import click

from analytics.admin.console_address import console_address
from analytics.admin.target import resolve, state_dir_option
from analytics.cli import CommandError, expected
from devstack.supervisor.errors import SupervisorError


@click.command("first-shop-link")
@state_dir_option
def first_shop_link(state_dir: Path | None) -> None:
    """Print the address where the first shop and its owner are made: once, within a day."""
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.first_shop import first_shop_address  # noqa: PLC0415

    try:
        where = resolve(state_dir)
        secret = where.settings.get("ANALYTICS_SHARE_SIGNING_SECRET") or os.environ.get(
            "ANALYTICS_SHARE_SIGNING_SECRET", ""
        )
        address = first_shop_address(where.database_url, console_address(where), secret.strip())
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
    if address is None:
        raise CommandError(
            "there is an admin already, or ANALYTICS_SHARE_SIGNING_SECRET is not set"
        )
    click.echo(address)
