"""`analytics invite`: a one-time link that makes a member of a shop."""

from pathlib import Path

import click

from analytics.admin.console_address import console_address
from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command()
@click.argument("email")
@click.option("--tenant", required=True, help="Slug of the shop.")
@click.option(
    "--role",
    type=click.Choice(["owner", "editor", "viewer"]),
    default="owner",
    show_default=True,
    help="What they may do for it.",
)
@state_dir_option
def invite(email: str, tenant: str, role: str, state_dir: Path | None) -> None:
    """Invite EMAIL to a shop: print a link that works once, for a week. It is kept nowhere."""
    from accounts.errors import AccountError, UnknownTenantError  # noqa: PLC0415 - quick help
    from accounts.invitations import InvitationError  # noqa: PLC0415
    from accounts.invitations import invite as make  # noqa: PLC0415
    from accounts.provisioning import accounts_engine, tenant_id_of  # noqa: PLC0415
    from common.db.accounts import Role  # noqa: PLC0415
    from common.db.audit import COMMAND_LINE  # noqa: PLC0415
    from common.db.tenancy import TenantDb  # noqa: PLC0415
    from common.instants import now  # noqa: PLC0415

    try:
        where = resolve(state_dir)
        console = console_address(where)
        with accounts_engine(where.database_url) as engine:
            tenant_id = tenant_id_of(engine, tenant)
            if tenant_id is None:
                raise UnknownTenantError(tenant)
            db = TenantDb(engine, tenant_id)
            _, token = make(db, email, Role(role), author=COMMAND_LINE, at=now())
    except (AccountError, InvitationError, SupervisorError) as error:
        raise expected(error) from error
    click.echo(f"{console}/invitation/{token}")
