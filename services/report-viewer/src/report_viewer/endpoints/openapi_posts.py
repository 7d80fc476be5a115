"""OpenAPI: what pages post, that they are seen, a password, and days of the calendar."""

from typing import Any, Final

from common.links.unlocking import MAX_LENGTH
from report_viewer.endpoints.openapi_parts import (
    PROBLEM,
    REFUSALS,
    headers_of,
    tell_when_to_ask_again,
)

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
    page = headers_of({"Location": "The page that shows these days."})
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


def unlock() -> dict[str, Any]:
    """The operation by which a link is unlocked."""
    cookie = headers_of({"Set-Cookie": "Opens the link for an hour, unless it asked for none."})
    page = headers_of({"Location": "What was asked for."})
    responses: dict[str, Any] = {
        "204": {"description": "Unlocked.", "headers": cookie},
        "303": {"description": "Unlocked, for a browser.", "headers": cookie | page},
    }
    _refuse(responses, UNLOCK_REFUSALS)
    return {
        "operationId": "postReportUnlock",
        "tags": ["reports"],
        "summary": "Exchanges the password of a link for a cookie that opens it for an hour.",
        "description": "Posted below any page, too, as `/changed/unlock`, which it then leads a"
        " browser to. Attempts are counted by link and address.",
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
    responses["405"]["headers"] = headers_of({"Allow": "POST"})
    tell_when_to_ask_again(responses)
