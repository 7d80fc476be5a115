"""Routes of report types: the registry, and issuing a link."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Response

from accounts.permissions import Permission
from common.instants import now
from common.reports import registry
from common.reports.document import gap_header
from share_api.http.json_body import Body, parse_body
from share_api.http.openapi import REPORT_SLUGS, problem_responses, request_body
from share_api.routes.dependencies import CurrentActor, Services
from share_api.routes.permissions import needs, of_anyone_known
from share_api.schemas.responses import IssuedView, ReportsView, ReportView
from share_api.schemas.share_body import ShareBody
from sharing.issuing import LinkRequest, issue

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


@router.post(
    "/api/admin/analytics/{report}/share",
    summary="Issue a link to a report",
    status_code=201,
    responses={**_LOCATION, **problem_responses(400, 403, 409, 429, 503)},
    openapi_extra=request_body(ShareBody, required=False),
    dependencies=[needs(Permission.SHARES_WRITE)],
)
def share(
    report: Annotated[str, Path(description="A report type.", json_schema_extra=REPORT_SLUGS)],
    actor: CurrentActor,
    container: Services,
    response: Response,
    body: Body,
) -> IssuedView:
    """Issue a link that opens one report of the tenant, for everybody who has it, for a while.

    The window is fixed now: the last complete days of the tenant's time zone, or the days of the
    calendar that are named.
    """
    wanted = parse_body(ShareBody, body)
    link = issue(
        LinkRequest(
            tenant_id=actor.tenant.id,
            zone=actor.tenant.zone,
            report=report,
            days=wanted.days,
            expires_in=wanted.expires_in_seconds,
            author=actor.author,
        ),
        container.issuing,
        now=now(),
    )
    if link.notes:
        response.headers[gap_header.NAME] = link.notes
    response.headers["Location"] = f"/api/admin/analytics/shares/{link.share_id}"
    return IssuedView.of(link)
