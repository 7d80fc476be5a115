"""`analytics remove-admin`: end a person's right to act for a shop."""

from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command("remove-admin")
@click.argument("email")
@click.option("--tenant", required=True, help="Slug of the shop.")
@state_dir_option
def remove_admin(email: str, tenant: str, state_dir: Path | None) -> None:
    """Take a shop away from EMAIL, at once.

    Links that they issued go on: `analytics revoke` revokes them. Their account and their other
    shops stay.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from accounts.provisioning import accounts_engine  # noqa: PLC0415
    from accounts.provisioning import remove_admin as remove  # noqa: PLC0415

    try:
        with accounts_engine(resolve(state_dir).database_url) as engine:
            remove(engine, email=email, tenant=tenant)
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
    click.echo(f"{email} is no admin of {tenant} any more")
