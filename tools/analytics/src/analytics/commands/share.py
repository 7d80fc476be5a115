"""`analytics share`: make a link to a shop's report."""

from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from common.reports.window import Period
from devstack.supervisor.errors import SupervisorError


@click.command()
@click.argument("report")
@click.option("--tenant", required=True, help="Slug of the shop.")
@click.option(
    "--period",
    type=click.Choice([period.value for period in Period]),
    default=Period.MONTH.value,
    show_default=True,
    help="The last complete days of the shop's time zone.",
)
@click.option(
    "--expires-in",
    type=int,
    metavar="SECONDS",
    help="How long the link opens (default ANALYTICS_SHARE_LINK_TTL_SECONDS).",
)
@state_dir_option
def share(
    report: str, tenant: str, period: str, expires_in: int | None, state_dir: Path | None
) -> None:
    """Print a link to REPORT of a shop, for anyone who has it, until it expires.

    Without --state-dir or a running `analytics up`, the environment says where the servers are and
    how links are signed.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.links import SharingSettingsError, issue_link  # noqa: PLC0415
    from common.instants import iso  # noqa: PLC0415
    from common.reports.model import AnalyticsNotYetImplementedError  # noqa: PLC0415
    from common.reports.registry import UnknownReportError  # noqa: PLC0415
    from sharing.issuing import IssueError  # noqa: PLC0415

    try:
        connection = resolve(state_dir)
        link = issue_link(
            connection.database_url,
            connection.redis_url,
            tenant=tenant,
            report=report,
            period=period,
            expires_in=expires_in,
            secret=connection.settings.get("ANALYTICS_SHARE_SIGNING_SECRET"),
            public_base_url=connection.settings.get("PUBLIC_BASE_URL"),
        )
    except (
        AccountError,
        AnalyticsNotYetImplementedError,
        IssueError,
        SharingSettingsError,
        SupervisorError,
        UnknownReportError,
    ) as error:
        raise expected(error) from error
    click.echo(link.url)
    revocation = f"analytics revoke --tenant {tenant} {link.share_id}"
    click.echo(f"opens until {iso(link.expires_at)}; to revoke it: {revocation}", err=True)
