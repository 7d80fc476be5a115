"""Routes of report types: the registry."""

from fastapi import APIRouter

from common.reports import registry
from share_api.http.openapi import problem_responses
from share_api.routes.permissions import of_anyone_known
from share_api.schemas.reports import ReportsView, ReportView

router = APIRouter(tags=["reports"])


@router.get(
    "/api/admin/analytics/reports",
    summary="List the report types",
    responses=problem_responses(403, 503),
    dependencies=[of_anyone_known],
)
def list_reports() -> ReportsView:
    """Every report type, those included that are announced and not implemented yet."""
    return ReportsView(items=tuple(map(ReportView.of, registry.REPORTS.values())))
