"""Routes of report types: the registry."""

from typing import Any, Final

from fastapi import APIRouter

from common.reports import registry
from common.reports.document import gap_header
from share_api.http.openapi import problem_responses
from share_api.routes.permissions import of_anyone_known
from share_api.schemas.responses import ReportsView, ReportView

router = APIRouter(tags=["reports"])

_LOCATION: Final[dict[int | str, dict[str, Any]]] = {
    201: {
        "description": "The link.",
        "headers": {
            "Location": {
                "description": "Its entry in the share ledger, for listing and revoking it.",
                "schema": {"type": "string", "format": "uri-reference"},
            },
            gap_header.NAME: {
                "description": "What the data of those days does not know: a list of RFC 9651.",
                "schema": {"type": "string"},
            },
        },
    }
}


@router.get(
    "/api/admin/analytics/reports",
    summary="List the report types",
    responses=problem_responses(403, 503),
    dependencies=[of_anyone_known],
)
def list_reports() -> ReportsView:
    """Every report type, those included that are announced and not implemented yet."""
    return ReportsView(items=tuple(map(ReportView.of, registry.REPORTS.values())))
