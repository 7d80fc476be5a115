"""`analytics set-password`: replace an admin's password."""

import sys
from pathlib import Path

import click

from analytics.admin.password_prompt import first_line, prompted
from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command("set-password")
@click.argument("email")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of the input."
)
@state_dir_option
def set_password(email: str, password_stdin: bool, state_dir: Path | None) -> None:
    """Replace the password of the admin EMAIL. Every session of theirs ends at once."""
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from accounts.provisioning import accounts_engine  # noqa: PLC0415
    from accounts.provisioning import set_password as replace  # noqa: PLC0415

    try:
        with accounts_engine(resolve(state_dir).database_url) as engine:
            password = first_line(sys.stdin.buffer) if password_stdin else prompted()
            replace(engine, email=email, password=password)
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
    click.echo(f"{email} has a new password and no session")
