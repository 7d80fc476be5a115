"""OpenAPI: the parts that path items of reports are made of."""

from typing import Any, Final

from common.links.unlocking import MAX_LENGTH
from common.reports.registry import REPORTS

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
FORM: Final = {
    "name": "form",
    "in": "path",
    "required": True,
    "description": "As below the token alone; `/view` and `/unlock` are posted there, too.",
    "schema": {
        "type": "string",
        "pattern": "^(embed|csv|csv/spreadsheet|data|pdf|xlsx|rows|rows/([2-9]|[1-9][0-9]{1,5}))$",
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

VIEW_REFUSALS: Final = {
    "400": "The token is missing or blank, or the body is no id.",
    "405": "Another method than POST.",
    "408": "The body did not arrive in time.",
    "413": "The body is longer than an id.",
    "429": "Too many invalid links from one address; see Retry-After.",
    "503": "Whether the link opens cannot be told; see Retry-After.",
}
UNLOCK_REFUSALS: Final = VIEW_REFUSALS | {
    "400": "The token is missing or blank, or the body has no password.",
    "401": "The password is another one.",
    "413": "The body is longer than a password.",
    "429": "Too many passwords, or invalid links, from one address; see Retry-After.",
}
CHOICE_REFUSALS: Final = VIEW_REFUSALS | {
    "400": "The token is missing or blank, or the days are none that the link shows.",
    "404": "The link does not let its readers choose days of the calendar.",
    "413": "The body is longer than two days.",
}
_DAY: Final = {"type": "string", "format": "date"}
_DAYS: Final = {
    "type": "object",
    "required": ["first", "last"],
    "properties": {"first": _DAY, "last": _DAY},
}
_PASSWORD: Final = {
    "type": "object",
    "required": ["password"],
    "properties": {"password": {"type": "string", "maxLength": MAX_LENGTH}},
}
_LOAD: Final = {"type": "string", "pattern": "^[A-Za-z0-9-]{8,64}$"}


def view() -> dict[str, Any]:
    """The operation by which a page says that it is seen."""
    responses: dict[str, Any] = {"204": {"description": "Heard; counted if a person's."}}
    _refuse(responses, VIEW_REFUSALS)
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


def choose() -> dict[str, Any]:
    """The operation by which a page asks for days of the calendar."""
    page = _headers({"Location": "The page that shows these days."})
    responses: dict[str, Any] = {"303": {"description": "Shown there.", "headers": page}}
    _refuse(responses, CHOICE_REFUSALS)
    return {
        "operationId": "postReportRange",
        "tags": ["reports"],
        "summary": "Leads to the page that shows two days of the calendar and those between.",
        "description": "For the page's form; a program spells the address itself.",
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": _DAYS}},
        },
        "responses": responses,
    }


def of_range(found: dict[str, Any], name: str) -> dict[str, Any]:
    """The path item of a form over days that a reader chose, from that over the link's own."""
    gone = {"description": "The link does not let its readers choose these days; or no such form."}
    operations = {
        method: {
            **found[method],
            "operationId": f"{method}{name}OfRange",
            "responses": {
                **found[method]["responses"],
                "404": gone | ({"content": PROBLEM} if method == "get" else {}),
            },
        }
        for method in ("get", "head")
    }
    of_form = () if name == "Report" else (FORM,)
    return {"parameters": [TOKEN, RANGE, *of_form], **operations}


def unlock() -> dict[str, Any]:
    """The operation by which a link is unlocked."""
    cookie = _headers({"Set-Cookie": "Opens the link for an hour, unless it asked for none."})
    page = _headers({"Location": "The page of the report."})
    responses: dict[str, Any] = {
        "204": {"description": "Unlocked.", "headers": cookie},
        "303": {"description": "Unlocked, for a browser.", "headers": cookie | page},
    }
    _refuse(responses, UNLOCK_REFUSALS)
    return {
        "operationId": "postReportUnlock",
        "tags": ["reports"],
        "summary": "Exchanges the password of a link for a cookie that opens it for an hour.",
        "description": "Attempts are counted by link and address.",
        "requestBody": {
            "required": True,
            "description": "The password, as JSON or as a form.",
            "content": {
                "application/json": {"schema": _PASSWORD},
                "application/x-www-form-urlencoded": {"schema": _PASSWORD},
            },
        },
        "responses": responses,
    }


def _refuse(responses: dict[str, Any], refusals: dict[str, str]) -> None:
    """Add what is answered to a post that is refused."""
    for status, reason in (REFUSALS | refusals).items():
        if status != "304":
            responses[status] = {"description": reason, "content": PROBLEM}
    responses["405"]["headers"] = _headers({"Allow": "POST"})
    _tell_when_to_ask_again(responses)


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
        "200": {"description": description, "content": content, "headers": _headers(headers)}
    }
    for status, reason in REFUSALS.items():
        responses[status] = {"description": reason}
        if status != "304":
            responses[status]["content"] = PROBLEM
    responses["405"]["headers"] = _headers({"Allow": "GET, HEAD"})
    _tell_when_to_ask_again(responses)
    return responses


def _tell_when_to_ask_again(responses: dict[str, Any]) -> None:
    for status in ("429", "503"):
        responses[status]["headers"] = _headers(
            {"Retry-After": "Seconds after which to ask again."}
        )


def _headers(descriptions: dict[str, str]) -> dict[str, Any]:
    return {
        name: {"description": text, "schema": {"type": "string"}}
        for name, text in descriptions.items()
    }
