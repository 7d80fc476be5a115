"""OpenAPI: the parts that path items of reports are made of."""

from collections.abc import Mapping
from typing import Any, Final

from common.reports.comparison import Comparison
from common.reports.registry import REPORTS, implemented

PROBLEM: Final = {
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
    "text/html": {"schema": {"type": "string"}},
}
PROBLEM_SCHEMA: Final = {
    "type": "object",
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
TOKEN: Final = {
    "name": "token",
    "in": "path",
    "required": True,
    "description": "The link's token. It alone says shop, report and window.",
    "schema": {"type": "string", "pattern": r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$"},
}
REPORT: Final = {
    "name": "report",
    "in": "path",
    "required": True,
    "description": "Another report of the link's board than the one that it opens first.",
    "schema": {"type": "string", "enum": [each.slug for each in implemented()]},
}
RANGE: Final = {
    "name": "range",
    "in": "path",
    "required": True,
    "description": "Days that the link lets its readers choose: a period, a month, or two days of"
    " the calendar, both included and over in the shop's time zone.",
    "schema": {
        "type": "string",
        "pattern": r"^(7d|30d|90d|month|last-month|\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d)$",
        "examples": ["30d", "2026-10-01..2026-10-31"],
    },
}
COMPARISON: Final = {
    "name": "comparison",
    "in": "path",
    "required": True,
    "description": "What the days are compared with, where that is not what the link says itself:"
    " the same weekdays, as few whole weeks earlier as clear them, or 52 weeks ago.",
    "schema": {"type": "string", "enum": [each.value for each in Comparison]},
}
FORM: Final = {
    "name": "form",
    "in": "path",
    "required": True,
    "description": "As below the token alone; `/view` and `/unlock` are posted there, too, and `/r`"
    " below a comparison.",
    "schema": {
        "type": "string",
        "pattern": "^(embed|oembed|changed|changed/(csv|data)|csv|csv/spreadsheet|data|pdf|xlsx"
        "|rows|rows/([2-9]|[1-9][0-9]{1,5}))$",
    },
}
REFUSALS: Final = {
    "304": "Unchanged since the entity tag in If-None-Match; checked as any other request.",
    "400": "The token is missing or blank.",
    "401": "The link asks for a password, which the request does not show to know.",
    "403": "The link is expired, tampered with, revoked or otherwise invalid.",
    "405": "Another method than GET and HEAD.",
    "422": "The report type is not implemented.",
    "429": "Too many invalid links from one address, or too many computations; see Retry-After.",
    "503": "Not computed in time, computation failed, or not available; see Retry-After.",
}


def of_choice(found: dict[str, Any], name: str, *chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The path item of a form by what a reader chose, from that which the link shows itself."""
    gone = {"description": "The link does not let its readers choose that; or no such form."}
    what = "And".join(each["name"].capitalize() for each in chosen)
    operations = {
        method: {
            **found[method],
            "operationId": f"{method}{name}Of{what}",
            "responses": {
                **found[method]["responses"],
                "404": gone | ({"content": PROBLEM} if method == "get" else {}),
            },
        }
        for method in ("get", "head")
    }
    of_form = () if name == "Report" else (FORM,)
    return {"parameters": [TOKEN, *chosen, *of_form], **operations}


def item(name: str, summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    """The path item of a form of a report, HEAD included."""
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
        "parameters": [TOKEN],
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


def responses_of(
    description: str, content: dict[str, Any], headers: dict[str, str]
) -> dict[str, Any]:
    """What a form of a report is answered with: the form, and every refusal."""
    responses: dict[str, Any] = {
        "200": {"description": description, "content": content, "headers": headers_of(headers)}
    }
    for status, reason in REFUSALS.items():
        responses[status] = {"description": reason}
        if status != "304":
            responses[status]["content"] = PROBLEM
    responses["405"]["headers"] = headers_of({"Allow": "GET, HEAD"})
    tell_when_to_ask_again(responses)
    return responses


def tell_when_to_ask_again(responses: dict[str, Any]) -> None:
    """Add when to ask again to the answers that say so."""
    for status in ("429", "503"):
        responses[status]["headers"] = headers_of(
            {"Retry-After": "Seconds after which to ask again."}
        )


def headers_of(descriptions: dict[str, str]) -> dict[str, Any]:
    """Headers of a response by what is said of them."""
    return {
        name: {"description": text, "schema": {"type": "string"}}
        for name, text in descriptions.items()
    }
