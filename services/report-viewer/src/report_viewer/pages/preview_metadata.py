"""Preview metadata (Open Graph): whose report a link opens and which days, and no metric of it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from common.links.link_claims import LinkClaims
from common.links.tenant_names import TenantName
from common.reports.document.schema import Days, Document
from common.reports.registry import REPORTS
from common.reports.window import Window
from report_viewer.pages.preview_images import NEUTRAL
from report_viewer.problems.problem import Problem


@dataclass(frozen=True, slots=True)
class PreviewMetadata:
    """A link's preview.

    ``picture`` is a name of ``preview_images``. ``tenant`` and ``days`` are None where they are not
    known, or must not be told; ``note`` is what is said instead where nothing opens.
    """

    title: str
    picture: str
    tenant: str | None = None
    days: Days | None = None
    note: str | None = None


def of_document(document: Document) -> PreviewMetadata:
    """The preview that goes with the page of a report."""
    return PreviewMetadata(document.title, document.report, document.tenant_name, document.days)


def of_link(claims: LinkClaims, tenant: TenantName | None, name: str = "") -> PreviewMetadata:
    """The preview of a link that opens, as far as its shop is known; ``name`` is its brand's."""
    title = REPORTS[claims.report].title
    if tenant is None:
        return PreviewMetadata(title, claims.report)
    return PreviewMetadata(
        title, claims.report, name or tenant.name, _days(claims.window, ZoneInfo(tenant.timezone))
    )


def of_problem(problem: Problem) -> PreviewMetadata:
    """The preview of what does not open: the same for every link that meets the problem."""
    return PreviewMetadata(problem.title, NEUTRAL, note=problem.advice or problem.detail)


def _days(window: Window, zone: ZoneInfo) -> Days:
    dates = window.dates(zone)
    return Days(dates[0], dates[-1], len(dates))
