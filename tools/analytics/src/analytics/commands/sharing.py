"""`analytics sharing`: turn a shop's sharing off and on."""

from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command()
@click.argument("change", type=click.Choice(["on", "off"]), required=False)
@click.option("--tenant", required=True, help="Slug of the shop.")
@state_dir_option
def sharing(change: str | None, tenant: str, state_dir: Path | None) -> None:
    """Turn sharing of a shop on or off, or say which it is.

    Off revokes every active link at once, and none can be issued. On revives none.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.links import change_sharing, sharing_of  # noqa: PLC0415
    from common.instants import iso  # noqa: PLC0415
    from sharing.revoking import RevocationUnavailableError  # noqa: PLC0415

    try:
        where = resolve(state_dir)
        if change is None:
            found = sharing_of(where.database_url, tenant=tenant)
        else:
            found = change_sharing(
                where.database_url, where.redis_url, tenant=tenant, enabled=change == "on"
            )
    except (AccountError, RevocationUnavailableError, SupervisorError) as error:
        raise expected(error) from error
    since = "on" if found.off_since is None else f"off since {iso(found.off_since)}"
    count = f", revoked {found.revoked} {'link' if found.revoked == 1 else 'links'}"
    click.echo(f"sharing is {since}{count if change == 'off' else ''}")
