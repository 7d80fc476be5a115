"""`analytics set-currency`: set the currency of a shop without sales right."""

from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command("set-currency")
@click.argument("currency")
@click.option("--tenant", required=True, help="Slug of the shop.")
@state_dir_option
def set_currency(currency: str, tenant: str, state_dir: Path | None) -> None:
    """Give a shop another CURRENCY, by ISO 4217 (EUR).

    Only where it has no orders and no costs: their amounts are in the currency until now.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.tenant_settings import change_currency  # noqa: PLC0415

    try:
        where = resolve(state_dir)
        change_currency(where.database_url, where.redis_url, tenant=tenant, currency=currency)
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
    click.echo(f"{tenant} sells in {currency}")
