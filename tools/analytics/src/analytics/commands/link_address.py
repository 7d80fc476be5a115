"""`analytics link-address`: where the links of a shop point to."""

from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command("link-address")
@click.argument("address", required=False)
@click.option("--tenant", required=True, help="Slug of the shop.")
@click.option("--default", is_flag=True, help="That of all shops again.")
@state_dir_option
def link_address(address: str | None, tenant: str, default: bool, state_dir: Path | None) -> None:
    """Give the links of a shop an ADDRESS of their own, or print where they point to.

    It is one of TENANT_BASE_URLS, and of one shop. Links that are issued from now on have it;
    those that were sent open there and at the address of all shops, and at no other shop's.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.link_address import change_link_address  # noqa: PLC0415
    from common.instants import now  # noqa: PLC0415

    if address is not None and default:
        raise click.UsageError("ADDRESS and --default exclude each other")
    try:
        where = resolve(state_dir)
        told = change_link_address(
            where.database_url,
            where.redis_url,
            tenant=tenant,
            base_url=address,
            default=default,
            at=now(),
        )
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
    click.echo(f"links of {tenant} point to {told}")
