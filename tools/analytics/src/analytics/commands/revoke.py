"""`analytics revoke`: revoke a shop's links."""

from pathlib import Path
from uuid import UUID

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command()
@click.argument("share_id", type=click.UUID, required=False)
@click.option("--all", "everything", is_flag=True, help="Revoke every active link of the shop.")
@click.option("--report", help="With --all: only the links of this report type.")
@click.option("--tenant", required=True, help="Slug of the shop.")
@state_dir_option
def revoke(
    share_id: UUID | None,
    everything: bool,
    report: str | None,
    tenant: str,
    state_dir: Path | None,
) -> None:
    """Revoke the link of the ledger entry SHARE_ID, or with --all every link of a shop.

    A revoked link stops opening at once and never opens again.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.links import revoke_all_links, revoke_link  # noqa: PLC0415
    from common.reports.registry import UnknownReportError  # noqa: PLC0415
    from sharing.listing import LedgerError  # noqa: PLC0415
    from sharing.revoking import RevocationUnavailableError  # noqa: PLC0415

    if everything == (share_id is not None):
        raise click.UsageError("give either SHARE_ID or --all")
    if report is not None and not everything:
        raise click.UsageError("--report goes with --all")
    try:
        where = resolve(state_dir)
        if share_id is not None:
            revoke_link(where.database_url, where.redis_url, tenant=tenant, share_id=share_id)
            count = 1
        else:
            count = revoke_all_links(
                where.database_url, where.redis_url, tenant=tenant, report=report
            )
    except (
        AccountError,
        LedgerError,
        RevocationUnavailableError,
        SupervisorError,
        UnknownReportError,
    ) as error:
        raise expected(error) from error
    click.echo(f"revoked {count} {'link' if count == 1 else 'links'}")
