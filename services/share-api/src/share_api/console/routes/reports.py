"""Routes of the reports: each as its visitors see it, with the days to choose and "Share" on it."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from accounts.permissions import Permission
from common.instants import iso
from common.jobs.publisher import JobsUnavailableError
from common.reports import registry
from common.reports_cache.report_fields import UnreadableReportError
from share_api.console.forms.body import Form
from share_api.console.framing import framed
from share_api.console.pages import page
from share_api.console.views.preview import NoSuchPreviewError, drawn, key_of, rows_of
from share_api.console.views.share_form import share_form
from share_api.console.visit import CurrentVisit
from share_api.rate_limits import TooManyPreviewsError
from share_api.routes.permissions import needs

router = APIRouter()
_READS: Final = [needs(Permission.SHARES_READ)]
REPORTS: Final = "/admin/reports"
_PAGE: Final = f"{REPORTS}/{{report}}/{{days}}/page"
_MOST_PAGES: Final = 100_000
_NO_ROWS: Final = (
    NoSuchPreviewError,
    UnreadableReportError,
    JobsUnavailableError,
    TooManyPreviewsError,
)
"""Why there are no rows now: the page shows what it has."""


@router.get(REPORTS, dependencies=_READS)
def show_first(visit: CurrentVisit) -> Response:
    """The first of the reports."""
    return show_report(visit, registry.implemented()[0].slug)


@router.get(f"{REPORTS}/{{report}}", dependencies=_READS)
def show_report(
    visit: CurrentVisit,
    report: str,
    period: Annotated[str, Query()] = "",
    first: Annotated[str, Query()] = "",
    last: Annotated[str, Query()] = "",
    compare: Annotated[str, Query()] = "",
) -> Response:
    """A report with the days that were chosen, and what to compare them with."""
    days = (("period", period), ("first", first), ("last", last))
    shown = share_form(visit, Form((("report", report), *days, ("compare", compare))))
    try:
        key_of(visit, report, shown.days)
        wrong = False
    except NoSuchPreviewError:
        if shown.report != report:
            raise HTTPException(404) from None
        wrong = True
    return page(visit, "reports.html", "reports", form=shown, wrong=wrong, framing=True)


@router.get(_PAGE, dependencies=_READS)
def show_preview(visit: CurrentVisit, report: str, days: str) -> Response:
    """The report as its visitors see it, or that it is being prepared."""
    return framed(visit, lambda brand: drawn(visit, key_of(visit, report, days), brand))


@router.get(f"{_PAGE}/rows", dependencies=_READS)
def show_rows(visit: CurrentVisit, report: str, days: str) -> Response:
    """The first of the rows behind the page's tables."""
    return show_more_rows(visit, report, days, 1)


@router.get(f"{_PAGE}/rows/{{number}}", dependencies=_READS)
def show_more_rows(
    visit: CurrentVisit,
    report: str,
    days: str,
    number: Annotated[int, Path(ge=1, le=_MOST_PAGES)],
) -> Response:
    """A page of the rows behind the page's tables."""
    try:
        rows = rows_of(visit, key_of(visit, report, days), number)
    except _NO_ROWS:
        raise HTTPException(404) from None
    headers = {"X-Data-As-Of": iso(rows.as_of)}
    return Response(rows.body, media_type="text/csv; charset=utf-8", headers=headers)
