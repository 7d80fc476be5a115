"""`analytics erase-customer`: who bought, in one shop, for good."""

from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command()
@click.argument("customer")
@click.option("--tenant", required=True, help="Slug of the shop.")
@click.option("--confirm", is_flag=True, help="Without it nothing is erased, only counted.")
@state_dir_option
def erase_customer(customer: str, tenant: str, state_dir: Path | None, *, confirm: bool) -> None:
    """Erase CUSTOMER of a shop: an id as imported, a pseudonym, or an e-mail address.

    Orders keep their amounts and lose whose they were; no figure of a report changes. It cannot be
    undone; a file imported again brings the customer again.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin import erase_customer as admin  # noqa: PLC0415

    try:
        where = resolve(state_dir)
        done = admin.erase_customer(
            where.database_url, tenant=tenant, customer=customer, really=confirm
        )
    except (AccountError, admin.EventsWaitError, SupervisorError) as error:
        raise expected(error) from error
    for name in ("customers", "orders", "facts", "events"):
        click.echo(f"{getattr(done, name):>12,} {name}")
    if not confirm:
        raise expected(Exception("nothing was erased: say --confirm to erase this"))
    click.echo("erased")
