"""OpenAPI document: what FastAPI cannot see of the service is added here.

Bodies are read by ourselves (``bodies``) and errors are problem details, so both are described
here: request bodies by their models, every error by its status. FastAPI's own 422 never leaves the
service and is taken out. The report types come from the registry.
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.routing import BaseRoute

from common.reports import registry

_PROBLEM_REF: Final = "#/components/schemas/Problem"
_DETAILS: Final = {
    400: "The body, a parameter or the report type is not valid.",
    401: "The API key, or the signature, is not valid, or not any more.",
    403: "No session, no tenant chosen, not allowed, or a request from another site.",
    404: "There is nothing of that id.",
    408: "The body does not arrive.",
    409: "The state of the tenant, or another request, stands against it.",
    413: "The body is larger than the service takes.",
    415: "The body is neither a CSV nor a form.",
    422: "Options that exclude each other, or an idempotency key of another request.",
    429: "Too many attempts, links or events, or imports not finished; see `Retry-After`.",
    503: "Something the service needs is missing or does not answer.",
}
_PROBLEM: Final = {
    "title": "Problem",
    "description": "An error, as RFC 9457 problem details.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Names the kind."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "What is wrong where: in the body (`pointer`, RFC 6901) or a parameter.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
REPLAYED: Final = "Idempotency-Replayed"
"""The header of an answer that was given before."""
REPLAYED_HEADER: Final[dict[str, Any]] = {
    REPLAYED: {
        "description": "`true` where it was carried out before.",
        "schema": {"type": "string"},
    }
}
IDEMPOTENCY_KEY: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Names the request for 24 hours: sent again under it, it is carried out once.",
    "schema": {"type": "string", "maxLength": 255},
}
"""The header that names a request, for a route's ``openapi_extra``."""
_RETRY_AFTER: Final = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}

REPORT_SLUGS: Final[dict[str, Any]] = {"enum": [each.slug for each in registry.implemented()]}
"""The JSON schema of a report type that can be shared."""


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Answers in problem details, for a route's ``responses``; 500 is always among them."""
    return {
        status: {
            "description": _DETAILS.get(status, HTTPStatus(status).phrase),
            "content": {"application/problem+json": {"schema": {"$ref": _PROBLEM_REF}}},
            **({"headers": _RETRY_AFTER} if status in {429, 503} else {}),
        }
        for status in (*statuses, 500)
    }


def located(status: int, said: str, location: str) -> dict[int | str, dict[str, Any]]:
    """An answer that has the address of what it is about in ``Location``."""
    address = {"description": location, "schema": {"type": "string", "format": "uri-reference"}}
    return {status: {"description": said, "headers": {"Location": address}}}


def request_body(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """A request body, for a route's ``openapi_extra``."""
    content = {"application/json": {"schema": _schema_of(model)}}
    return {"requestBody": {"required": required, "content": content}}


def list_body(name: str, model: type[BaseModel]) -> dict[str, Any]:
    """A request body that is a list called ``name``, or NDJSON, for a route's ``openapi_extra``."""
    element = _schema_of(model)
    whole = {
        "type": "object",
        "required": [name],
        "additionalProperties": False,
        "properties": {name: {"type": "array", "minItems": 1, "items": element}},
    }
    content = {"application/json": {"schema": whole}, "application/x-ndjson": {"schema": element}}
    return {"requestBody": {"required": True, "content": content}}


def _schema_of(model: type[BaseModel]) -> Any:
    schema: Any = model.model_json_schema(ref_template="#/components/schemas/{model}")
    named = schema.pop("$defs", {}).values()
    for _ in named:  # one may stand in another, whichever comes first
        for nested in named:
            schema = _inlined(schema, nested)
    return schema


def _inlined(schema: Any, nested: dict[str, Any]) -> Any:
    """``schema`` with the references to ``nested`` replaced by it; it is the only one of its name.

    The description beside a reference stays.
    """
    if isinstance(schema, dict):
        if schema.get("$ref") == f"#/components/schemas/{nested['title']}":
            return {**nested, **{key: value for key, value in schema.items() if key != "$ref"}}
        return {key: _inlined(value, nested) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_inlined(value, nested) for value in schema]
    return schema


SESSION_SCHEME: Final = "session"
KEY_SCHEME: Final = "bearer"
"""The two ways to show who one is, as the document names them."""
Requirements = list[dict[str, list[str]]]
"""What an operation takes as credentials: one of these, each a scheme with scopes."""
SecurityOf = Callable[[Sequence[BaseRoute]], Mapping[tuple[str, str], Requirements]]
"""Reads routes: what their operations take, by method (in lower case) and path."""


def install_openapi(app: FastAPI, security_of: SecurityOf) -> None:
    """Let ``app`` publish the document as it is meant, with the credentials that routes take."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, security_of)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _require(operation: dict[str, Any], requirements: Requirements) -> None:
    """Say what credentials an operation takes, and what is answered to wrong ones."""
    if not requirements:
        operation.pop("security", None)
        return
    operation["security"] = requirements
    if any(KEY_SCHEME in each for each in requirements):
        responses = operation["responses"]
        challenge = problem_responses(401)[401]
        challenge["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
        responses.setdefault("400", problem_responses(400)[400])
        responses.setdefault("401", challenge)
        operation["responses"] = dict(sorted(responses.items()))


def _document(app: FastAPI, security_of: SecurityOf) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    security = security_of(app.routes)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                del operation["responses"]["422"]
            if (method, path) in security:
                _require(operation, security[method, path])
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    return document
