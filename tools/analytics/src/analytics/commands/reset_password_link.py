"""`analytics reset-password-link`: a one-time link that sets an admin's password."""

from pathlib import Path

import click

from analytics.admin.console_address import console_address
from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command("reset-password-link")
@click.argument("email")
@state_dir_option
def reset_password_link(email: str, state_dir: Path | None) -> None:
    """Print a link by which EMAIL sets a new password: once, within a day. It is kept nowhere."""
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from accounts.provisioning import accounts_engine  # noqa: PLC0415
    from accounts.reset_links import ResetError, admin_named, reset_link  # noqa: PLC0415
    from common.db.audit import COMMAND_LINE  # noqa: PLC0415
    from common.instants import now  # noqa: PLC0415

    try:
        where = resolve(state_dir)
        console = console_address(where)
        with accounts_engine(where.database_url) as engine:
            token, _ = reset_link(
                engine, admin_named(engine, email), tenant_id=None, author=COMMAND_LINE, at=now()
            )
    except (AccountError, ResetError, SupervisorError) as error:
        raise expected(error) from error
    click.echo(f"{console}/reset/{token}")
