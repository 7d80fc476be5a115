"""OpenAPI of what has changed since a report was frozen."""

from collections.abc import Mapping
from typing import Any, Final

from report_viewer.endpoints.openapi_parts import PROBLEM, item, responses_of

_NAMED: Final = 'attachment; filename="<report-type>-<from>-<to>-changed.{}"'
_NUMBER: Final = {"type": ["number", "null"]}
_NUMBERS: Final = {"frozen": _NUMBER, "now": _NUMBER, "difference": _NUMBER}
_TEXT: Final = {"type": "string"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_FIGURE: Final = {"key": _TEXT, "label": _TEXT, "unit": _TEXT}
_ROWS: Final = _object(
    **_FIGURE,
    count={"type": "integer", "description": "How many rows changed; those told changed most."},
    rows={"type": "array", "items": _object(key=_TEXT, name=_TEXT, **_NUMBERS)},
)
_DATA: Final = _object(
    schemaVersion={"type": "integer", "const": 1},
    language=_TEXT,
    report=_TEXT,
    title=_TEXT,
    tenantName=_TEXT,
    days=_object(first={**_TEXT, "format": "date"}, last={**_TEXT, "format": "date"}),
    timezone=_TEXT,
    currency=_TEXT,
    frozenAt={**_TEXT, "format": "date-time"},
    asOf={**_TEXT, "format": "date-time"},
    changed={"type": "boolean"},
    amountsCompared={"type": "boolean"},
    rowsCompared={
        **_TEXT,
        "enum": ["yes", "hidden", "too-many", "unnamed", "other-days"],
    },
    redefined={"type": "array", "items": _TEXT},
    figures={"type": "array", "items": _object(**_FIGURE, **_NUMBERS)},
    rows={"type": "array", "items": _ROWS},
)


def changes_since(headers: Mapping[str, str]) -> dict[str, Any]:
    """The path items, by what follows the token; ``headers`` are those of the report's forms."""
    found = {
        "": (
            "ReportChanged",
            "What has changed since a frozen report was frozen, as a page.",
            {"text/html": {"schema": _TEXT}, "application/json": {"schema": _DATA}},
            "",
        ),
        "/csv": ("ReportChangedCsv", "The same as CSV.", {"text/csv": {"schema": _TEXT}}, "csv"),
        "/data": (
            "ReportChangedData",
            "The same as JSON. Numbers are in major units, with all their decimals.",
            {"application/json": {"schema": _DATA}},
            "json",
        ),
    }
    return {
        f"/changed{path}": item(name, summary, _responses(summary, content, headers, ending))
        for path, (name, summary, content, ending) in found.items()
    }


def _responses(
    summary: str, content: dict[str, Any], headers: Mapping[str, str], ending: str
) -> dict[str, Any]:
    named = {"Content-Disposition": _NAMED.format(ending)} if ending else {}
    responses = responses_of(summary, content, {**headers, **named})
    responses["404"] = {
        "description": "The link is not frozen, or does not show its readers what has changed.",
        "content": PROBLEM,
    }
    return responses
