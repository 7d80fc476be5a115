"""`analytics set-timezone`: set a shop's time zone right."""

from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command("set-timezone")
@click.argument("timezone", metavar="ZONE")
@click.option("--tenant", required=True, help="Slug of the shop.")
@state_dir_option
def set_timezone(timezone: str, tenant: str, state_dir: Path | None) -> None:
    """Have the reports of a shop count the days of ZONE, by its IANA name (Europe/Berlin).

    Every report is computed anew. Links keep their windows, whose days are of the zone until now.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.tenant_settings import change_timezone  # noqa: PLC0415

    try:
        where = resolve(state_dir)
        lines = change_timezone(
            where.database_url, where.redis_url, tenant=tenant, timezone=timezone
        )
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
    for line in lines:
        click.echo(line)
