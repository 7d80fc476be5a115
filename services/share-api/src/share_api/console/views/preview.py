"""Preview: a report as the visitors of its links see it, drawn for an admin of its shop.

The figures are those of the report cache, where links have theirs; what is not there is asked for.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Final, NamedTuple

from common.i18n import report_words
from common.instants import now
from common.jobs.payloads import ComputeReport
from common.links.brand import branded
from common.links.ranges import Range, parse_range
from common.reports import registry
from common.reports.comparison import Comparison
from common.reports.document.schema import Document
from common.reports.redaction import NOTHING, Redaction
from common.reports_cache import copies
from common.reports_cache.cache import ReportKey
from common.reports_cache.report_fields import UnreadableReportError, unpack_meta
from report_pages import row_pages
from report_pages.page_brand import PageBrand
from report_pages.report import OUTDATED, ReportTemplates
from share_api.console.assets import asset
from share_api.console.visit import Visit
from share_api.rate_limits import PreviewRateLimit
from sharing.hiding import normalised, require_known
from sharing.issue_errors import IssueError

_SAID: Final = frozenset(Comparison) - {Comparison.PREVIOUS}
"""The comparisons that an address says."""


class NoSuchPreviewError(LookupError):
    """There is no such report, or these are no days that it can show."""


class Waiting(Enum):
    """Why there is no page of figures: nothing belongs there, any more, or not yet, or not now."""

    NONE = "none"
    GONE = "gone"
    PREPARING = "preparing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Preview:
    """What there is of a report: its document, or that it is being computed, or why not.

    ``outdated`` says that newer sales have come in.
    """

    document: Document | None
    outdated: bool = False
    failed: bool = False

    @property
    def waiting(self) -> Waiting:
        """Why there is no document."""
        return Waiting.FAILED if self.failed else Waiting.PREPARING


def preview_path(
    report: str,
    days: str,
    comparison: Comparison = Comparison.PREVIOUS,
    hidden: Redaction = NOTHING,
) -> str:
    """Where a report is shown; ``days`` are named as those of a link (``common.links.ranges``).

    Behind a comma stands what they are compared with, where it is last year, and behind
    another one what is hidden, if anything.
    """
    beside = "" if comparison is Comparison.PREVIOUS else f",{comparison}"
    without = f",{hidden.name}" if hidden else ""
    return f"/admin/reports/{report}/{days}{beside}{without}/page"


def key_of(visit: Visit, report: str, days: str) -> ReportKey:
    """The report of the admin's own shop, of days that are over there, as an address names them.

    Raises:
        NoSuchPreviewError: there is no such report, or these are no such days, beside no others,
            or what is hidden is nothing that it has.
    """
    named, *said = days.split(",")
    beside = said.pop(0) if said and said[0] in _SAID else ""
    definition, chosen = registry.REPORTS.get(report), parse_range(named)
    if definition is None or not definition.implemented or chosen is None:
        raise NoSuchPreviewError
    window = chosen.window(frozenset(Range), visit.tenant.zone, now=now())
    if window is None:
        raise NoSuchPreviewError
    comparison = Comparison(beside or Comparison.PREVIOUS)
    hidden = _hidden(report, said)
    return ReportKey(visit.tenant.id, report, window, comparison=comparison, hidden=hidden)


def _hidden(report: str, said: list[str]) -> Redaction:
    """What an address names as hidden, as a link to the report would have it."""
    if not said:
        return NOTHING
    try:
        hidden = Redaction.parse(",".join(said))
        require_known((report,), hidden)
    except (ValueError, IssueError):
        raise NoSuchPreviewError from None
    if not hidden:
        raise NoSuchPreviewError
    return normalised(report, hidden)


def preview_of(visit: Visit, key: ReportKey) -> Preview:
    """The report as far as it is cached; what is missing or old is asked for.

    Raises:
        JobsUnavailableError: nothing can be asked for now.
        TooManyPreviewsError: the shop has had too many computed.
    """
    redis, job = visit.container.redis, ComputeReport.of(key)
    unreadable = False
    try:
        found = copies.read_copy(redis, key)
        if found is not None:
            if found.outdated:
                visit.container.issuing.jobs.request_fresh(job)
            return Preview(found.document, outdated=found.outdated)
    except UnreadableReportError:
        unreadable = True
    if redis.exists(key.failed):
        return Preview(None, failed=True)
    ask_for(visit, job, unreadable=unreadable)
    return Preview(None)


class Rows(NamedTuple):
    """Some rows of a report's CSV, and the moment its data are of."""

    body: bytes
    as_of: datetime


def rows_of(visit: Visit, key: ReportKey, number: int) -> Rows:
    """A page of the rows of the report's CSV, for the page's tables.

    A CSV that its page has to do without is asked for.

    Raises:
        NoSuchPreviewError: there are no such rows now.
        UnreadableReportError: what is cached cannot be read.
        JobsUnavailableError: Redis or the broker is refused, hung or gone.
        TooManyPreviewsError: the shop has asked for as many reports as it may.
    """
    packed, meta = visit.container.redis.hmget(key.cached, ["csv", "meta"])
    try:
        if isinstance(packed, bytes) and isinstance(meta, bytes):
            return Rows(row_pages.cut(packed, number), unpack_meta(meta).as_of)
    except row_pages.NoSuchRowsError as error:
        raise NoSuchPreviewError from error
    if meta is not None:
        ask_for(visit, ComputeReport.of(key))
    raise NoSuchPreviewError


def ask_for(visit: Visit, job: ComputeReport, *, unreadable: bool = False) -> None:
    """Have what is missing of a report computed, as often as that is allowed.

    What is there of it counts, unless it was found ``unreadable``.

    Raises:
        JobsUnavailableError: nothing can be asked for now.
        TooManyPreviewsError: the shop has had too many computed.
    """
    jobs = visit.container.issuing.jobs
    claimed = jobs.claim_missing(job, unreadable=unreadable)
    if claimed is None:
        return
    try:
        PreviewRateLimit(visit.container.redis).check(job.tenant_id)
    except Exception:
        jobs.release(claimed)
        raise
    jobs.publish_claimed(claimed)


def drawn(visit: Visit, key: ReportKey, brand: PageBrand) -> str | Waiting:
    """The page of the report in the admin's language; see ``preview_of``."""
    found, words = preview_of(visit, key), report_words.formatter_of(visit.words.locale)
    if found.document is None:
        return found.waiting
    notice = OUTDATED if found.outdated else None
    shown = branded(found.document, brand.name)
    return templates().draw("report.html", shown, words, notice=notice, brand=brand)


@cache
def templates() -> ReportTemplates:
    """The templates of reports, as the console serves their files."""
    return ReportTemplates(asset)
