"""Headline figures of the last seven days: from the cached reports, never computed here."""

from dataclasses import dataclass
from typing import Final

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
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import UnreadableReportError
from share_api.console.visit import Visit

_READING: Final = 1
"""Seconds that a report would be kept; nothing is stored here."""


@dataclass(frozen=True, slots=True)
class FigureView:
    """The headline figure of a report; empty words where it is being prepared.

    ``better`` says whether the change is good news; None where it is neither, or none.
    """

    report: str
    title: str
    label: str = ""
    value: str = ""
    change: str = ""
    better: bool | None = None
    days: str = ""
    as_of: str = ""
    empty: bool = True


def figures_of(visit: Visit) -> list[FigureView]:
    """The headline figure of every report, as far as it is cached; the others are asked for."""
    cache = ReportCache(visit.container.redis, keep_seconds=_READING)
    window = window_of(Period.WEEK, visit.tenant.zone, now=now())
    found = []
    for definition in registry.implemented():
        job = ComputeReport(visit.tenant.id, definition.slug, window)
        document, unreadable = None, False
        try:
            document = copies.read_document(cache.redis, job.key)
        except UnreadableReportError:
            unreadable = True
        if document is None:
            _ask(visit, job, unreadable=unreadable)
            found.append(FigureView(definition.slug, definition.title))
        else:
            found.append(_figure(visit, document))
    return found


def _ask(visit: Visit, job: ComputeReport, *, unreadable: bool) -> None:
    jobs = visit.container.issuing.jobs
    try:
        if claimed := jobs.claim_missing(job, unreadable=unreadable):
            jobs.publish_claimed(claimed)
    except JobsUnavailableError:
        return  # it is asked for again when the page is opened again


def _figure(visit: Visit, document: Document) -> FigureView:
    words = visit.words
    kpi = next(each for each in document.kpis if each.key == document.headline.kpi)
    return FigureView(
        report=document.report,
        title=document.title,
        label=kpi.label,
        value="–" if kpi.value is None else _told(words, document, kpi.value, kpi.unit),
        change=_change(words, document, kpi),
        better=_is_better(kpi),
        days=words.calendar.span(document.days),
        as_of=words.instant(document.as_of, visit.tenant.zone),
        empty=document.empty,
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
