"""`analytics set-role`: change what a person may do for a shop."""

from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command("set-role")
@click.argument("email")
@click.argument("role", type=click.Choice(["owner", "editor", "viewer"]))
@click.option("--tenant", required=True, help="Slug of the shop.")
@state_dir_option
def set_role(email: str, role: str, tenant: str, state_dir: Path | None) -> None:
    """Make EMAIL, an admin of a shop, its owner, editor or viewer from their next request on.

    A viewer looks; an editor also shares and imports; an owner also has members, keys and settings.
    A shop keeps an owner.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from accounts.provisioning import accounts_engine, set_admin_role  # noqa: PLC0415
    from common.db.accounts import Role  # noqa: PLC0415

    try:
        with accounts_engine(resolve(state_dir).database_url) as engine:
            set_admin_role(engine, email=email, tenant=tenant, role=Role(role))
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
    click.echo(f"{email} is {role} of {tenant}")
