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
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.links import audit_of  # noqa: PLC0415
    from common.db.audit import Action  # noqa: PLC0415
    from share_api.schemas.audit import AuditEntryView  # noqa: PLC0415

    if action is not None and action not in set(Action):
        raise click.UsageError(f"--action is one of {', '.join(Action)}")
    try:
        where = resolve(state_dir)
        for each in audit_of(where.database_url, tenant=tenant, most=limit, action=action):
            view = AuditEntryView.of(each)
            click.echo(json.dumps(view.model_dump(mode="json", by_alias=True), ensure_ascii=True))
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
