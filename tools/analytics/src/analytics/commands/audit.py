"""`analytics audit`: who did what to a shop's links, accounts and data."""

import json
from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command()
@click.option("--tenant", required=True, help="Slug of the shop.")
@click.option("--action", help="Only entries of this action, such as link.issued.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="The most entries to print.",
)
@state_dir_option
def audit(tenant: str, action: str | None, limit: int, state_dir: Path | None) -> None:
    """Print a shop's audit log, newest first, a JSON object a line."""
    from accounts.audit_log import entry_json  # noqa: PLC0415 - keeps help quick
    from accounts.errors import AccountError  # noqa: PLC0415
    from analytics.admin.links import audit_of  # noqa: PLC0415
    from common.db.audit import Action  # noqa: PLC0415

    if action is not None and action not in set(Action):
        raise click.UsageError(f"--action is one of {', '.join(Action)}")
    try:
        where = resolve(state_dir)
        for each in audit_of(where.database_url, tenant=tenant, most=limit, action=action):
            click.echo(json.dumps(entry_json(each), ensure_ascii=True))
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
