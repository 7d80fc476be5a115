"""OpenAPI: the document that describes the viewer's HTTP interface."""

from collections.abc import Mapping
from importlib.metadata import version
from itertools import combinations
from typing import Any, Final

from common.i18n.locales import TAGS
from report_pages.row_pages import ROWS
from report_viewer.data import schema
from report_viewer.endpoints.openapi_changes import changes_since
from report_viewer.endpoints.openapi_parts import (
    COMPARISON,
    PROBLEM,
    PROBLEM_SCHEMA,
    RANGE,
    REPORT,
    TOKEN,
    item,
    of_choice,
    responses_of,
)
from report_viewer.endpoints.openapi_posts import choose, unlock, view
from report_viewer.model import Freshness

_STATUS: Final = "Whether newer data wait: " + ", ".join(each.value for each in Freshness) + "."
_NOTES: Final = "What the data does not know, if anything: a list of RFC 9651."
_STATE_HEADERS: Final = {
    "ETag": "Strong entity tag.",
    "X-Data-As-Of": "The moment of the data, UTC.",
    "X-Data-Status": _STATUS,
    "X-Data-Notes": _NOTES,
    "X-Compared-With": "`last-year` where its `previous_…` are of the same weekdays a year ago.",
}
_FORM_HEADERS: Final = _STATE_HEADERS | {
    "Content-Language": "By Accept-Language: " + ", ".join(TAGS) + "."
}
_NAMED: Final = 'attachment; filename="<report-type>-<from>-<to>.{}"'
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PAGE: Final = "/api/reports/{token}"
_CHOICES: Final = (("in", REPORT), ("r", RANGE), ("vs", COMPARISON))
"""What a reader may choose, by its segment of the path."""
_NUMBER: Final = {
    "name": "page",
    "in": "path",
    "required": True,
    "description": "Which page of the rows, from 2 on.",
    "schema": {"type": "string", "pattern": "^([2-9]|[1-9][0-9]{1,5})$"},
}
_DATA: Final = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema.ROOT}"}}}


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


_HIDDEN: Final = {"description": "The link hides its rows as files.", "content": PROBLEM}


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
    forms = _forms() | _frames() | _rows()
    changes = changes_since(_FORM_HEADERS)
    return {
        **{f"{_PAGE}{path}": form for path, form in forms.items()},
        **{f"{_PAGE}{path}": form for path, form in changes.items()},
        f"{_PAGE}/view": {"parameters": [TOKEN], "post": view()},
        f"{_PAGE}/unlock": {"parameters": [TOKEN], "post": unlock()},
        f"{_PAGE}/r": {"parameters": [TOKEN], "post": choose()},
        **_chosen(forms),
    }


def _chosen(forms: dict[str, Any]) -> dict[str, Any]:
    """The path items by what a reader chose: one dimension, or several in their order."""
    found: dict[str, Any] = {}
    for many in range(1, len(_CHOICES) + 1):
        for choices in combinations(_CHOICES, many):
            path = "".join(f"/{segment}/{{{each['name']}}}" for segment, each in choices)
            found |= _chosen_by(forms, path, *(each for _, each in choices))
    return found


def _chosen_by(forms: dict[str, Any], path: str, *parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The path items of the page, and of any other form, by these choices."""
    other = item("Form", "Another form of the report as its reader chose it.", _any(forms))
    return {
        f"{_PAGE}{path}": of_choice(forms[""], "Report", *parameters),
        f"{_PAGE}{path}/{{form}}": of_choice(other, "Form", *parameters),
    }


def _forms() -> dict[str, Any]:
    """The path items of the page and of the files, by what follows the token."""
    page = responses_of(
        "The report as a page; as JSON, as at `/data`, for who likes that more by `Accept`.",
        {"text/html": {"schema": {"type": "string"}}, **_DATA},
        _FORM_HEADERS,
    )
    csv = responses_of(
        "The report as CSV (RFC 4180, UTF-8 with BOM), complete.",
        {"text/csv": {"schema": {"type": "string"}}},
        _STATE_HEADERS | {"Content-Disposition": _NAMED.format("csv")},
    )
    csv["404"] = _HIDDEN
    data = responses_of(
        "The report as JSON, complete but for tables, which say of how many rows theirs are the"
        " first. Numbers are in major units, with all their decimals.",
        _DATA,
        _FORM_HEADERS | {"Content-Disposition": _NAMED.format("json")},
    )
    xlsx = responses_of(
        "The report as a workbook: a sheet a section, every row, and notes.",
        {XLSX: {"schema": {"type": "string", "format": "binary"}}},
        _FORM_HEADERS | {"Content-Disposition": _NAMED.format("xlsx")},
    )
    local = responses_of(
        "The rows of the CSV in the dialect of spreadsheets in the reader's language: semicolons"
        " and decimal commas where these are used, heads in that language.",
        {"text/csv": {"schema": {"type": "string"}}},
        _FORM_HEADERS | {"Content-Disposition": _NAMED.format("csv")},
    )
    local["404"] = _HIDDEN
    pdf = responses_of(
        "The report as tagged PDF, to read and print: figures, charts, tables of what is on the"
        " page, definitions.",
        {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        _FORM_HEADERS | {"Content-Disposition": _NAMED.format("pdf")},
    )
    return {
        "": item("Report", "The page of the report a link opens.", page),
        "/csv": item("ReportCsv", "The same report as CSV.", csv),
        "/csv/spreadsheet": item(
            "ReportLocalCsv", "The same report as CSV for spreadsheets.", local
        ),
        "/xlsx": item("ReportXlsx", "The same report as a workbook.", xlsx),
        "/pdf": item("ReportPdf", "The same report as PDF.", pdf),
        "/data": item("ReportData", "The same report as JSON.", data),
    }


def _frames() -> dict[str, Any]:
    """The path items of what sites may frame."""
    embedded = responses_of(
        "The page in a compact layout; `frame-ancestors` are the origins that the link names.",
        {"text/html": {"schema": {"type": "string"}}},
        _FORM_HEADERS,
    )
    embedded["404"] = {"description": "The link lets no page frame it.", "content": PROBLEM}
    oembed = responses_of(
        "The frame of a link that sites may frame, as oEmbed 1.0 has it. `maxwidth` and"
        " `maxheight`, in pixels, bound it.",
        {"application/json": {"schema": {"type": "object"}}},
        {"Content-Language": _FORM_HEADERS["Content-Language"]},
    )
    oembed["404"] = embedded["404"]
    del oembed["304"]
    return {
        "/embed": item("ReportEmbedded", "The page in a compact layout, for frames.", embedded),
        "/oembed": item("ReportOEmbed", "What a site puts on its page to frame it.", oembed),
    }


def _rows() -> dict[str, Any]:
    """The path items of rows of the CSV."""
    rows = responses_of(
        f"The CSV's header and {ROWS:,} of its rows; the last page has fewer.",
        {"text/csv": {"schema": {"type": "string"}}},
        _STATE_HEADERS,
    )
    rows["404"] = {
        "description": "The CSV ends before that page, or the link hides its rows.",
        "content": PROBLEM,
    }
    first = item("ReportRows", "The first rows of the CSV: what a page's script shows.", rows)
    others = item("ReportRowsPage", "Other rows of the CSV.", rows)
    others["parameters"] = [TOKEN, _NUMBER]
    return {"/rows": first, "/rows/{page}": others}


def _any(forms: dict[str, Any]) -> dict[str, Any]:
    """What any form but the page is answered with."""
    found = [form["get"]["responses"]["200"] for path, form in forms.items() if path]
    content = {kind: told for each in found for kind, told in each["content"].items()}
    return responses_of("As the form of the same name below the token.", content, _STATE_HEADERS)


def components() -> dict[str, Any]:
    """The schemas that the paths refer to."""
    return {"schemas": {"Problem": PROBLEM_SCHEMA} | schema.schemas()}
