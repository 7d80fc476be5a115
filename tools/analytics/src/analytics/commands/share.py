"""`analytics share`: make a link to a shop's report."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

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

if TYPE_CHECKING:
    from sharing.link_wish import LinkWish

_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("report", required=False)
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
@click.option(
    "--also",
    "others",
    multiple=True,
    metavar="REPORT",
    help="Another report under the same link, as a tab behind it; may be repeated.",
)
@click.option(
    "--template",
    metavar="NAME",
    help="A template of the shop, which says what is not said here, REPORT included.",
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
    tenant: str,
    template: str | None,
    password_stdin: bool,
    state_dir: Path | None,
    **said: Any,
) -> None:
    """Print a link to REPORT of a shop, for anyone who has it, until it expires.

    An unknown REPORT is answered with those there are.

    Without --state-dir or a running `analytics up`, the environment says where the servers are and
    how links are signed.
    """
    from analytics.admin.links import issue_link  # noqa: PLC0415 - keeps help quick
    from common.instants import iso  # noqa: PLC0415

    wish = _wish(template=template, **said)
    with _told():
        connection = resolve(state_dir)
        link = issue_link(
            connection.database_url,
            connection.redis_url,
            tenant=tenant,
            wish=wish,
            template=template,
            password=first_line(sys.stdin.buffer) if password_stdin else None,
            secret=connection.settings.get("ANALYTICS_SHARE_SIGNING_SECRET"),
            public_base_url=connection.settings.get("PUBLIC_BASE_URL"),
        )
    click.echo(link.url)
    revocation = f"analytics revoke --tenant {tenant} {link.share_id}"
    click.echo(f"opens until {iso(link.expires_at)}; to revoke it: {revocation}", err=True)


def _wish(
    *,
    report: str | None,
    period: str | None,
    first: datetime | None,
    last: datetime | None,
    live: bool,
    frozen: bool,
    changes: bool,
    ranges: tuple[str, ...],
    origins: tuple[str, ...],
    compare: str | None,
    hidden: tuple[str, ...],
    others: tuple[str, ...],
    template: str | None,
    expires_in: int | None,
) -> "LinkWish":
    """What the options say.

    Raises:
        click.UsageError: some of them do not go together.
    """
    from sharing.link_wish import LinkWish  # noqa: PLC0415 - keeps help quick

    days = _days(period, first, last)
    return LinkWish(
        report=report,
        reports=_reports(report, others, template),
        period=days if isinstance(days, Period) else None,
        dates=days if isinstance(days, Dates) else None,
        expires_in=expires_in,
        kind=_kind(live=live, frozen=frozen),
        embed=_origins(origins) or None,
        compare=None if compare is None else Comparison(compare),
        hide=_hidden(hidden) or None,
        changes=changes or None,
        ranges=tuple(dict.fromkeys(map(Range, ranges))) or None,
    )


@contextmanager
def _told() -> Iterator[None]:
    """Tell what cannot be issued, and why."""
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.links import SharingSettingsError  # noqa: PLC0415
    from common.reports.model import AnalyticsNotYetImplementedError  # noqa: PLC0415
    from common.reports.registry import UnknownReportError  # noqa: PLC0415
    from sharing.issue_errors import IssueError  # noqa: PLC0415

    try:
        yield
    except (
        AccountError,
        AnalyticsNotYetImplementedError,
        IssueError,
        SharingSettingsError,
        SupervisorError,
        UnknownReportError,
    ) as error:
        raise expected(error) from error


def _reports(
    report: str | None, others: tuple[str, ...], template: str | None
) -> tuple[str, ...] | None:
    """The reports of a board, if it is one.

    Raises:
        click.UsageError: nothing says which report opens first.
    """
    if report is None:
        if others or template is None:
            raise click.UsageError("Missing argument 'REPORT'.")
        return None
    return tuple(dict.fromkeys((report, *others))) if others else None


def _kind(*, live: bool, frozen: bool) -> LinkKind | None:
    """How its days stand to those that pass.

    Raises:
        click.UsageError: they cannot both move and stay.
    """
    if live and frozen:
        raise click.UsageError("--frozen stays as it is: not with --live")
    return LinkKind.FROZEN if frozen else LinkKind.LIVE if live else None


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


def _days(
    period: str | None, first: datetime | None, last: datetime | None
) -> Period | Dates | None:
    """What the options name, if anything.

    Raises:
        click.UsageError: some of them do not go together, or name no days.
    """
    if first is None and last is None:
        return None if period is None else Period(period)
    if first is None or last is None or period is not None:
        raise click.UsageError("--first and --last go together, and without --period")
    try:
        return Dates(first.date(), last.date())
    except ValueError as error:
        raise click.UsageError(str(error)) from error
