"""OpenAPI: the document that describes the viewer's HTTP interface."""

from importlib.metadata import version
from typing import Any, Final

from common.i18n.locales import TAGS
from common.reports.registry import REPORTS
from report_viewer.data import schema
from report_viewer.endpoints.row_pages import ROWS
from report_viewer.model import Freshness

_PROBLEM: Final = {
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
    "text/html": {"schema": {"type": "string"}},
}
_PROBLEM_SCHEMA: Final = {"type": "object"} | {
    "description": "Problem details (RFC 9457). A browser gets a page of the same status.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "expiredAt": {
            "type": "string",
            "format": "date-time",
            "description": "Only for an authentic link that has expired.",
        },
    },
}
_TOKEN: Final = {
    "name": "token",
    "in": "path",
    "required": True,
    "description": "The link's token. It alone says shop, report and window.",
    "schema": {"type": "string", "pattern": r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$"},
}
_REFUSALS: Final = {
    "304": "Unchanged since the entity tag in If-None-Match; checked as any other request.",
    "400": "The token is missing or blank.",
    "403": "The link is expired, tampered with, revoked or otherwise invalid.",
    "405": "Another method than GET and HEAD.",
    "422": "The report type is not implemented.",
    "429": "Too many invalid links from one address, or too many computations; see Retry-After.",
    "503": "Not computed in time, computation failed, or not available; see Retry-After.",
}

_VIEW_REFUSALS: Final = {
    "400": "The token is missing or blank, or the body is no id.",
    "405": "Another method than POST.",
    "408": "The body did not arrive in time.",
    "413": "The body is longer than an id.",
    "429": "Too many invalid links from one address; see Retry-After.",
    "503": "Whether the link opens cannot be told; see Retry-After.",
}
_STATUS: Final = "Whether newer data wait: " + ", ".join(each.value for each in Freshness) + "."
_NOTES: Final = "What the data does not know, if anything: a list of RFC 9651."
_STATE_HEADERS: Final = {
    "ETag": "Strong entity tag.",
    "X-Data-As-Of": "The moment of the data, UTC.",
    "X-Data-Status": _STATUS,
    "X-Data-Notes": _NOTES,
}
_FORM_HEADERS: Final = _STATE_HEADERS | {
    "Content-Language": "By Accept-Language: " + ", ".join(TAGS) + "."
}
_NAMED: Final = 'attachment; filename="<report-type>-<from>-<to>.{}"'
_NUMBER: Final = {
    "name": "page",
    "in": "path",
    "required": True,
    "description": "Which page of the rows, from 2 on.",
    "schema": {"type": "string", "pattern": "^([2-9]|[1-9][0-9]{1,5})$"},
}
_LOAD: Final = {"type": "string", "pattern": "^[A-Za-z0-9-]{8,64}$"}


def document() -> dict[str, Any]:
    """The OpenAPI document of all endpoints."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Report viewer",
            "description": "Opens signed links to reports.",
            "version": version("report-viewer"),
        },
        "paths": report_paths() | operation_paths(),
        "components": components(),
    }


def operation_paths() -> dict[str, Any]:
    """The path items of health and metrics."""
    json: dict[str, Any] = {"application/json": {"schema": {}}}
    not_ready = {
        "description": "Redis does not answer.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
    return {
        "/healthz": _operation("healthz", "Whether the process runs.", json),
        "/readyz": _operation(
            "readyz",
            "Whether reports can be served: Redis answers. Says also whether links can be"
            " verified.",
            json,
            {"503": not_ready},
        ),
        "/metrics": _operation(
            "metrics_text",
            "The metrics in Prometheus' text format.",
            {"text/plain": {"schema": {"type": "string"}}},
            path="metrics",
        ),
    }


def _operation(
    name: str,
    description: str,
    content: dict[str, Any],
    responses: dict[str, Any] | None = None,
    *,
    path: str = "",
) -> dict[str, Any]:
    done = {"200": {"description": "Successful Response", "content": content}}
    return {
        "get": {
            "tags": ["operations"],
            "summary": name.replace("_", " ").title(),
            "description": description,
            "operationId": f"{name}_{path or name}_get",
            "responses": done | (responses or {}),
        }
    }


def report_paths() -> dict[str, Any]:
    """The path items of the page and of the report's other forms, HEAD included."""
    page = _responses(
        "The report as a page.",
        {"text/html": {"schema": {"type": "string"}}},
        _FORM_HEADERS,
    )
    csv = _responses(
        "The report as CSV (RFC 4180, UTF-8 with BOM), complete.",
        {"text/csv": {"schema": {"type": "string"}}},
        _STATE_HEADERS | {"Content-Disposition": _NAMED.format("csv")},
    )
    data = _responses(
        "The report as JSON, complete but for tables, which say of how many rows theirs are the"
        " first. Numbers are in major units, with all their decimals.",
        {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema.ROOT}"}}},
        _FORM_HEADERS | {"Content-Disposition": _NAMED.format("json")},
    )
    rows = _responses(
        f"The CSV's header and {ROWS:,} of its rows; the last page has fewer.",
        {"text/csv": {"schema": {"type": "string"}}},
        _STATE_HEADERS,
    )
    rows["404"] = {"description": "The CSV ends before that page.", "content": _PROBLEM}
    first = _item("ReportRows", "The first rows of the CSV: what a page's script shows.", rows)
    others = _item("ReportRowsPage", "Other rows of the CSV.", rows)
    others["parameters"] = [_TOKEN, _NUMBER]
    return {
        "/api/reports/{token}": _item("Report", "The page of the report a link opens.", page),
        "/api/reports/{token}/csv": _item("ReportCsv", "The same report as CSV.", csv),
        "/api/reports/{token}/data": _item("ReportData", "The same report as JSON.", data),
        "/api/reports/{token}/rows": first,
        "/api/reports/{token}/rows/{page}": others,
        "/api/reports/{token}/view": {"parameters": [_TOKEN], "post": _view()},
    }


def _view() -> dict[str, Any]:
    responses: dict[str, Any] = {"204": {"description": "Heard; counted if a person's."}}
    for status, reason in (_REFUSALS | _VIEW_REFUSALS).items():
        if status != "304":
            responses[status] = {"description": reason, "content": _PROBLEM}
    responses["405"]["headers"] = _headers({"Allow": "POST"})
    _tell_when_to_ask_again(responses)
    return {
        "operationId": "postReportView",
        "tags": ["reports"],
        "summary": "Says that somebody sees the page.",
        "description": "The page does so itself, once a load; programs are not counted.",
        "requestBody": {
            "required": True,
            "description": "An id of this load of the page, random; a load counts once.",
            "content": {"text/plain": {"schema": _LOAD}},
        },
        "responses": responses,
    }


def components() -> dict[str, Any]:
    """The schemas that the paths refer to."""
    return {"schemas": {"Problem": _PROBLEM_SCHEMA} | schema.schemas()}


def _item(name: str, summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    types = ", ".join(
        f"`{each.slug}`{'' if each.implemented else ' (not implemented)'}"
        for each in REPORTS.values()
    )
    description = (
        "A query string changes nothing. Known programs that draw previews of links get a card with"
        f" names and days in place of the report. Report types: {types}."
    )
    head = {
        status: {key: value for key, value in response.items() if key != "content"}
        for status, response in responses.items()
    }
    return {
        "parameters": [_TOKEN],
        "get": {
            "operationId": f"get{name}",
            "tags": ["reports"],
            "summary": summary,
            "description": description,
            "responses": responses,
        },
        "head": {
            "operationId": f"head{name}",
            "tags": ["reports"],
            "summary": f"{summary} Headers only.",
            "description": description,
            "responses": head,
        },
    }


def _responses(
    description: str, content: dict[str, Any], headers: dict[str, str]
) -> dict[str, Any]:
    responses: dict[str, Any] = {
        "200": {"description": description, "content": content, "headers": _headers(headers)}
    }
    for status, reason in _REFUSALS.items():
        responses[status] = {"description": reason}
        if status != "304":
            responses[status]["content"] = _PROBLEM
    responses["405"]["headers"] = _headers({"Allow": "GET, HEAD"})
    _tell_when_to_ask_again(responses)
    return responses


def _tell_when_to_ask_again(responses: dict[str, Any]) -> None:
    for status in ("429", "503"):
        responses[status]["headers"] = _headers(
            {"Retry-After": "Seconds after which to ask again."}
        )


def _headers(descriptions: dict[str, str]) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    return {name: {"description": told, **text} for name, told in descriptions.items()}
