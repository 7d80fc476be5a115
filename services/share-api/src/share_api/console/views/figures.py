"""Headline figures of the last seven days: from the cached reports, never computed here."""

from dataclasses import dataclass

from common.i18n.formatter import Formatter
from common.i18n.shown_decimals import as_shown, change_as_shown, times_as_shown, unit_of
from common.instants import now
from common.jobs.payloads import ComputeReport
from common.jobs.publisher import JobsUnavailableError
from common.reports import registry
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.headlines import Kpi
from common.reports.document.metrics import Unit
from common.reports.document.schema import Document
from common.reports.window import Period, window_of
from common.reports_cache import copies
from common.reports_cache.copies import Copy
from common.reports_cache.report_fields import UnreadableReportError
from share_api.console.visit import Visit


@dataclass(frozen=True, slots=True)
class FigureView:
    """The headline figure of a report; empty words where it is being prepared.

    ``better`` says whether the change is good news; None where it is neither, or none. ``before``
    is what it was in the days ``compared``. One that is ``outdated`` is being computed anew, unless
    that ``failed`` a moment ago.
    """

    report: str
    title: str
    label: str = ""
    value: str = ""
    change: str = ""
    better: bool | None = None
    before: str = ""
    days: str = ""
    compared: str = ""
    as_of: str = ""
    outdated: bool = False
    failed: bool = False

    @property
    def state(self) -> str:
        """What it is waited for, if it is: a page that looks again compares it."""
        if self.failed:
            return "failed"
        return "outdated" if self.outdated else "ready" if self.value else "preparing"


def figures_of(visit: Visit) -> list[FigureView]:
    """The headline figure of every report, as far as it is cached.

    What is missing or of older data is asked for. Figures side by side are of the same data: those
    of older data than another's are being prepared, and so is one that had no sales to show.
    """
    copied = {each: _copy(visit, each.slug) for each in registry.implemented()}
    found = [copy for copy, _ in copied.values() if copy is not None]
    newest = max((each.document.data_version for each in found), default=0)
    return [
        FigureView(definition.slug, definition.title, failed=failed)
        if copy is None or _is_behind(copy, newest)
        else _figure(visit, copy, failed=failed)
        for definition, (copy, failed) in copied.items()
    ]


def _is_behind(copy: Copy, newest: int) -> bool:
    """Whether a copy is of no use beside others of the ``newest`` data, or once there are sales."""
    document = copy.document
    return copy.outdated and (document.empty or document.data_version < newest)


def _copy(visit: Visit, report: str) -> tuple[Copy | None, bool]:
    """The cached report of the last seven days; what is better than that is asked for.

    Also whether computing that failed a moment ago: then it is not asked for.
    """
    window = window_of(Period.WEEK, visit.tenant.zone, now=now())
    job = ComputeReport(visit.tenant.id, report, window)
    jobs, found, unreadable = visit.container.issuing.jobs, None, False
    try:
        found = copies.read_copy(visit.container.redis, job.key)
    except UnreadableReportError:
        unreadable = True
    try:
        if found is None:
            claimed = jobs.claim_missing(job, unreadable=unreadable)
        else:
            claimed = jobs.claim_fresh(job) if found.outdated else None
        if claimed:
            jobs.publish_claimed(claimed)
    except JobsUnavailableError:
        pass  # it is asked for again when the page is opened again
    wanted = found is None or found.outdated
    return found, wanted and bool(visit.container.redis.exists(job.key.failed))


def _figure(visit: Visit, copy: Copy, *, failed: bool) -> FigureView:
    words, document = visit.words, copy.document
    kpi = next(each for each in document.kpis if each.key == document.headline.kpi)
    changed = kpi.change is not None and kpi.change.value != 0
    return FigureView(
        report=document.report,
        title=document.title,
        label=kpi.label,
        value="–" if kpi.value is None else _told(words, document, kpi.value, kpi.unit),
        change=_change(words, document, kpi),
        better=_is_better(kpi),
        before=_told(words, document, kpi.previous, kpi.unit)
        if changed and kpi.previous is not None
        else "",
        days=words.calendar.span(document.days),
        compared=words.calendar.span_beside(document.previous_days, document.days),
        as_of=words.instant(document.as_of, visit.tenant.zone),
        outdated=copy.outdated,
        failed=failed,
    )


def _told(words: Formatter, document: Document, value: int, unit: Unit) -> str:
    return _spelled(words, document, as_shown(value, unit, document.exponent(unit)), unit)


def _spelled(words: Formatter, document: Document, shown: tuple[int, int], unit: Unit) -> str:
    short, decimals = shown
    if unit is Unit.MONEY:
        return words.numerals.money(short, decimals, document.currency)
    if unit is Unit.PERCENT:
        return words.numerals.percent(short, decimals)
    return words.numerals.number(short, decimals)


def _change(words: Formatter, document: Document, kpi: Kpi) -> str:
    change = kpi.change
    if change is None:
        return ""
    if change.value == 0:
        return words.text("Unchanged")
    if change.kind is ChangeKind.MULTIPLE:
        times = words.numerals.number(*times_as_shown(change))
        return words.text("%(number)s times as much", number=times)
    arrow = "▲" if change.value > 0 else "▼"
    return f"{arrow} {_size(words, document, change, kpi.unit)}"


def _size(words: Formatter, document: Document, change: Change, unit: Unit) -> str:
    of = unit_of(change, unit)
    said = _spelled(words, document, change_as_shown(change, of, document.exponent(of)), of)
    return words.text("%(number)s points", number=said) if of is Unit.POINTS else said


def _is_better(kpi: Kpi) -> bool | None:
    if kpi.better is None or kpi.change is None or kpi.change.value == 0:
        return None
    return (kpi.better == "up") == (kpi.change.value > 0)
