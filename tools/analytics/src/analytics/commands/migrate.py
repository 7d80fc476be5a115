"""`analytics migrate`: bring the database to this version's tables."""

from pathlib import Path

import click

from analytics.admin.target import resolve_owner, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command()
@state_dir_option
def migrate(state_dir: Path | None) -> None:
    """Bring the database to this version's tables.

    DATABASE_OWNER_URL names the role that owns them; DATABASE_URL beside it the application's
    role, which is created or set right. `analytics up` migrates by itself: this is for deployments.
    """
    from devstack.supervisor.schema import migrate_database  # noqa: PLC0415 - keeps help quick

    try:
        owner, service = resolve_owner(state_dir)
        migrate_database(owner, service)
    except SupervisorError as error:
        raise expected(error) from error
    click.echo("the database is up to date")
