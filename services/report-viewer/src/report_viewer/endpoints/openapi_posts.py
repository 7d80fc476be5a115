"""OpenAPI of what is posted to a link, and of what every answer to a link may be."""

from typing import Any, Final

from common.links.unlocking import MAX_LENGTH

PROBLEM: Final = {
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
    "text/html": {"schema": {"type": "string"}},
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
_VIEW_REFUSALS: Final = {
    "400": "The token is missing or blank, or the body is no id.",
    "405": "Another method than POST.",
    "408": "The body did not arrive in time.",
    "413": "The body is longer than an id.",
    "429": "Too many invalid links from one address; see Retry-After.",
    "503": "Whether the link opens cannot be told; see Retry-After.",
}
_UNLOCK_REFUSALS: Final = _VIEW_REFUSALS | {
    "400": "The token is missing or blank, or the body has no password.",
    "401": "The password is another one.",
    "413": "The body is longer than a password.",
    "429": "Too many passwords, or invalid links, from one address; see Retry-After.",
}
_LOAD: Final = {"type": "string", "pattern": "^[A-Za-z0-9-]{8,64}$"}
_PASSWORD: Final = {
    "type": "object",
    "required": ["password"],
    "properties": {"password": {"type": "string", "maxLength": MAX_LENGTH}},
}


def view() -> dict[str, Any]:
    """The operation of a page that is seen."""
    responses: dict[str, Any] = {"204": {"description": "Heard; counted if a person's."}}
    _refuse(responses, _VIEW_REFUSALS)
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


def unlock() -> dict[str, Any]:
    """The operation of a link that is unlocked."""
    cookie = header_docs({"Set-Cookie": "Opens the link for an hour, unless it asked for none."})
    page = header_docs({"Location": "The page of the report."})
    responses: dict[str, Any] = {
        "204": {"description": "Unlocked.", "headers": cookie},
        "303": {"description": "Unlocked, for a browser.", "headers": cookie | page},
    }
    _refuse(responses, _UNLOCK_REFUSALS)
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
    for status, reason in (REFUSALS | refusals).items():
        if status != "304":
            responses[status] = {"description": reason, "content": PROBLEM}
    responses["405"]["headers"] = header_docs({"Allow": "POST"})
    tell_when_to_ask_again(responses)


def tell_when_to_ask_again(responses: dict[str, Any]) -> None:
    """Document ``Retry-After``."""
    for status in ("429", "503"):
        responses[status]["headers"] = header_docs(
            {"Retry-After": "Seconds after which to ask again."}
        )


def header_docs(descriptions: dict[str, str]) -> dict[str, Any]:
    """Headers of an answer, by what they say."""
    text = {"schema": {"type": "string"}}
    return {name: {"description": told, **text} for name, told in descriptions.items()}
