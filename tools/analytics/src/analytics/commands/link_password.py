"""`analytics link-password`: set, change or remove the password of a link."""

import sys
from pathlib import Path
from uuid import UUID

import click

from analytics.admin.password_prompt import first_line, prompted
from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command("link-password")
@click.argument("share_id", type=click.UUID)
@click.option("--tenant", required=True, help="Slug of the shop.")
@click.option("--remove", is_flag=True, help="Ask for no password any more.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of the input."
)
@state_dir_option
def link_password(
    *, share_id: UUID, tenant: str, remove: bool, password_stdin: bool, state_dir: Path | None
) -> None:
    """Let the link of the ledger entry SHARE_ID ask for another password, or for none.

    Who has it open has to give the new one at once.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.links import change_link_password  # noqa: PLC0415
    from common.http.problem import Problem  # noqa: PLC0415

    if remove and password_stdin:
        raise click.UsageError("--remove takes no password")
    try:
        where = resolve(state_dir)
        password = None
        if not remove:
            password = first_line(sys.stdin.buffer) if password_stdin else prompted()
        change_link_password(
            where.database_url, where.redis_url, tenant=tenant, share_id=share_id, password=password
        )
    except (AccountError, Problem, SupervisorError) as error:
        raise expected(error) from error
    click.echo("the link asks for no password" if remove else "the link has a new password")
