"""`analytics set-gift-cards`: what gift cards that were sold are to a shop."""

from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command("set-gift-cards")
@click.argument("meaning", type=click.Choice(["platform", "sale", "liability"]))
@click.option("--tenant", required=True, help="Slug of the shop.")
@state_dir_option
def set_gift_cards(meaning: str, tenant: str, state_dir: Path | None) -> None:
    """Have gift cards that are sold count as a sale, or as a liability.

    A liability is no sale: what is bought with the card is. With platform each export is read as
    its platform has it: a liability in Shopify, a sale elsewhere. It holds for what is imported
    from now on; orders imported again are replaced.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.tenant_settings import change_gift_cards  # noqa: PLC0415

    try:
        where = resolve(state_dir)
        lines = change_gift_cards(
            where.database_url, where.redis_url, tenant=tenant, meaning=meaning
        )
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
    for line in lines:
        click.echo(line)
