"""Changes since a link was frozen, as an admin of its shop sees them: beside its report of now.

What was frozen is the ledger's copy; the report of now is had as previews have theirs. Both hide
what the link hides.
"""

from threading import Lock
from typing import Final

from common.db.frozen_reports import frozen_fields
from common.db.shares import Share
from common.i18n import report_words
from common.jobs.payloads import ComputeReport
from common.reports.comparison import Comparison
from common.reports.window import Window
from common.reports_cache.cache import ReportKey
from common.reports_cache.report_fields import UnreadableReportError, unpack_document
from report_pages.page_brand import PageBrand
from report_pages.report import OUTDATED
from report_pages.since.comparing import Side, compare
from report_pages.since.telling import Told
from share_api.console.views.preview import Waiting, ask_for, preview_of, templates
from share_api.console.visit import Visit
from sharing.hiding import hidden_by, hidden_in

_ONE_AT_A_TIME: Final = Lock()
"""Rows of a large shop take a second of the processor: reloading a page holds up itself alone."""


def drawn_changes(visit: Visit, share: Share, report: str, brand: PageBrand) -> str | Waiting:
    """The page of what has changed of a report of the link, in the admin's language.

    Raises:
        UnreadableReportError: what is kept cannot be read.
        JobsUnavailableError: nothing can be asked for now.
        TooManyPreviewsError: the shop has had too many computed.
    """
    frozen = _frozen(visit, share, report)
    if frozen is None:
        return Waiting.GONE
    key = _key_of_now(share, report)
    found = preview_of(visit, key)
    if found.document is None:
        return found.waiting
    try:
        now = _whole(visit, key)
        if now is not None:
            with _ONE_AT_A_TIME:
                changes = compare(frozen, now)
    except UnreadableReportError:
        ask_for(visit, ComputeReport.of(key), unreadable=True)
        return Waiting.PREPARING
    if now is None:
        ask_for(visit, ComputeReport.of(key))
        return Waiting.PREPARING
    words = report_words.formatter_of(visit.words.locale)
    told = Told.of(changes, words, share.issued_at)
    notice = OUTDATED if found.outdated else None
    return templates().draw_since("since_page.html", told, brand, notice=notice)


def _frozen(visit: Visit, share: Share, report: str) -> Side | None:
    """The report as it was frozen; None when it is kept no more."""
    with visit.db.transaction() as session:
        kept = frozen_fields(session, share.tenant_id, share.link_id, report)
    fields = kept.get(report)
    return None if fields is None else _side(fields.get("document"), fields.get("csv"))


def _whole(visit: Visit, key: ReportKey) -> Side | None:
    """The report of now with its rows, both of one moment; None until the rows are there."""
    document, csv = visit.container.redis.hmget(key.cached, ["document", "csv"])
    return None if document is None or csv is None else _side(document, csv)


def _side(document: object, csv: object) -> Side:
    if not isinstance(document, bytes) or not isinstance(csv, bytes):
        raise UnreadableReportError("it has no document or no rows")
    return Side(unpack_document(document), csv)


def _key_of_now(share: Share, report: str) -> ReportKey:
    return ReportKey(
        share.tenant_id,
        report,
        Window(share.window_from, share.window_to),
        comparison=Comparison(share.compare or Comparison.PREVIOUS),
        hidden=hidden_in(report, hidden_by(share)),
    )
