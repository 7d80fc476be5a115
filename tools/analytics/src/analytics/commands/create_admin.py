"""`analytics create-admin`: let a person log in and share a shop's reports."""

import sys
from pathlib import Path

import click

from analytics.admin.password_prompt import first_line, prompted
from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command("create-admin")
@click.argument("email")
@click.option("--tenant", required=True, help="Slug of the shop.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of the input."
)
@click.option(
    "--role",
    type=click.Choice(["owner", "editor", "viewer"]),
    default="owner",
    show_default=True,
    help="What they may do for the shop.",
)
@state_dir_option
def create_admin(
    email: str, tenant: str, password_stdin: bool, role: str, state_dir: Path | None
) -> None:
    """Make EMAIL an admin of a shop.

    A new admin needs a password: typed when asked for, or with --password-stdin, never an argument
    (others could read it in the list of processes). One who exists already just gets this shop too,
    with --password-stdin only if the password is right.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from accounts.provisioning import accounts_engine, admin_exists  # noqa: PLC0415
    from accounts.provisioning import create_admin as create  # noqa: PLC0415
    from common.db.accounts import Role  # noqa: PLC0415

    try:
        with accounts_engine(resolve(state_dir).database_url) as engine:
            password = None
            if password_stdin:
                password = first_line(sys.stdin.buffer)
            elif not admin_exists(engine, email):
                password = prompted()
            create(engine, email=email, password=password, tenant=tenant, role=Role(role))
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
    click.echo(f"{email} is an admin of {tenant}")
