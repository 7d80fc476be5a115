"""What a link looks like when it is pasted into a chat: whose report it is, and no figure of it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from common.links.shop_names import Shop
from common.links.token import LinkClaims
from common.reports.document.schema import Days, Document
from common.reports.registry import REPORTS
from common.reports.window import Window
from report_viewer.pages.preview_images import NEUTRAL
from report_viewer.problems.catalog import Problem


@dataclass(frozen=True, slots=True)
class Preview:
    """A link's preview.

    ``picture`` is a name of ``pictures``. ``shop`` and ``days`` are None where they are not known,
    or are nobody's business; ``note`` is what is said instead where nothing opens.
    """

    title: str
    picture: str
    shop: str | None = None
    days: Days | None = None
    note: str | None = None


def of_document(document: Document) -> Preview:
    """The preview that goes with the page of a report."""
    return Preview(document.title, document.report, document.tenant_name, document.days)


def of_link(claims: LinkClaims, shop: Shop | None) -> Preview:
    """The preview of a link that opens, as far as its shop is known."""
    title = REPORTS[claims.report].title
    if shop is None:
        return Preview(title, claims.report)
    return Preview(title, claims.report, shop.name, _days(claims.window, ZoneInfo(shop.timezone)))


def of_problem(problem: Problem) -> Preview:
    """The preview of what does not open: the same for every link that meets the problem."""
    return Preview(problem.title, NEUTRAL, note=problem.advice or problem.detail)


def _days(window: Window, zone: ZoneInfo) -> Days:
    dates = window.dates(zone)
    return Days(dates[0], dates[-1], len(dates))
