"""`analytics share`: make a link to a shop's report."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import click

from analytics.admin.password_prompt import first_line
from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from common.links.embedding import MOST_ORIGINS, is_origin
from common.links.options import LinkKind
from common.links.ranges import Range
from common.reports.comparison import Comparison
from common.reports.redaction import CSV, MARGIN, MONEY, Redaction
from common.reports.window import Dates, Period
from devstack.supervisor.errors import SupervisorError

_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("report")
@click.option("--tenant", required=True, help="Slug of the shop.")
@click.option(
    "--period",
    type=click.Choice([period.value for period in Period]),
    help="The last complete days of the shop's time zone (default 30d).",
)
@click.option("--first", type=_DAY, metavar="DATE", help="With --last: days of the calendar.")
@click.option("--last", type=_DAY, metavar="DATE", help="The last day, included; it is over.")
@click.option("--live", is_flag=True, help="The days of the period move: always the last ones.")
@click.option(
    "--range",
    "ranges",
    multiple=True,
    type=click.Choice([each.value for each in Range]),
    help="Days that its readers may choose in place of these; may be repeated.",
)
@click.option(
    "--embed",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="A site that may embed it, such as https://intranet.example.com; may be repeated.",
)
@click.option(
    "--compare",
    type=click.Choice([each.value for each in Comparison]),
    default=Comparison.PREVIOUS.value,
    help="What its days are shown beside (default previous).",
)
@click.option(
    "--hide",
    "hidden",
    multiple=True,
    metavar="WHAT",
    help="What it leaves out: money (amounts are indexed), csv, or a section of the report by its"
    " id; may be repeated. with-margin shows what products cost and earn, which is left out else.",
)
@click.option("--frozen", is_flag=True, help="Page and files stay as they are now.")
@click.option(
    "--changes", is_flag=True, help="With --frozen: its readers may see what has changed since."
)
@click.option(
    "--password-stdin",
    is_flag=True,
    help="The link asks for a password: the first line of the input.",
)
@click.option(
    "--expires-in",
    type=int,
    metavar="SECONDS",
    help="How long the link opens (default ANALYTICS_SHARE_LINK_TTL_SECONDS).",
)
@state_dir_option
def share(
    *,
    report: str,
    tenant: str,
    period: str | None,
    first: datetime | None,
    last: datetime | None,
    live: bool,
    frozen: bool,
    changes: bool,
    ranges: tuple[str, ...],
    origins: tuple[str, ...],
    compare: str,
    hidden: tuple[str, ...],
    password_stdin: bool,
    expires_in: int | None,
    state_dir: Path | None,
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
    from sharing.issue_errors import IssueError  # noqa: PLC0415

    try:
        connection = resolve(state_dir)
        link = issue_link(
            connection.database_url,
            connection.redis_url,
            tenant=tenant,
            report=report,
            days=_days(period, first, last),
            expires_in=expires_in,
            kind=_kind(live=live, frozen=frozen),
            embed=_origins(origins),
            compare=Comparison(compare),
            hide=_hidden(hidden),
            changes=changes,
            ranges=tuple(dict.fromkeys(map(Range, ranges))),
            password=first_line(sys.stdin.buffer) if password_stdin else None,
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
    click.echo(_told(tenant, iso(link.expires_at), link.share_id), err=True)


def _told(tenant: str, until: str, share_id: UUID) -> str:
    """How long the link opens, and what ends it."""
    return f"opens until {until}; to revoke it: analytics revoke --tenant {tenant} {share_id}"


def _kind(*, live: bool, frozen: bool) -> LinkKind:
    """How its days stand to those that pass.

    Raises:
        click.UsageError: they cannot both move and stay.
    """
    if live and frozen:
        raise click.UsageError("--frozen stays as it is: not with --live")
    return LinkKind.FROZEN if frozen else LinkKind.LIVE if live else LinkKind.FIXED


def _hidden(given: tuple[str, ...]) -> Redaction:
    """What the option names; a section is whatever is none of the words."""
    named = {CSV, MONEY, MARGIN}
    sections = tuple(each for each in dict.fromkeys(given) if each not in named)
    return Redaction(sections, CSV in given, MONEY in given, margin=MARGIN in given)


def _origins(given: tuple[str, ...]) -> tuple[str, ...]:
    """The origins that are named, each once.

    Raises:
        click.UsageError: one of them is none, or they are too many.
    """
    named = tuple(dict.fromkeys(given))
    if len(named) > MOST_ORIGINS or not all(map(is_origin, named)):
        raise click.UsageError(f"--embed: up to {MOST_ORIGINS}, written as https://host[:port]")
    return named


def _days(period: str | None, first: datetime | None, last: datetime | None) -> Period | Dates:
    """What the options name.

    Raises:
        click.UsageError: some of them do not go together, or name no days.
    """
    if first is None and last is None:
        return Period(period or Period.MONTH)
    if first is None or last is None or period is not None:
        raise click.UsageError("--first and --last go together, and without --period")
    try:
        return Dates(first.date(), last.date())
    except ValueError as error:
        raise click.UsageError(str(error)) from error
