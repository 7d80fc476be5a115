"""Request bodies: bounded, strict JSON, and refused with every field that is wrong.

They are read by ourselves, after the session was checked: whoever is not logged in hears 403, not
what is wrong with the body. An empty body is an empty object. Python's JSON is stricter here than
its default: UTF-8 only, no duplicate names, no NaN.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final, NoReturn, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

MAX_BODY_BYTES: Final = 16 * 1024

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong at a place of the body: ``pointer`` is an RFC 6901 pointer, "" the whole."""

    pointer: str
    detail: str


class InvalidBodyError(Exception):
    """The body is not what the operation takes."""

    def __init__(self, *faults: FieldFault) -> None:
        super().__init__("The request body is not valid.")
        self.faults = faults


async def read_body(request: Request) -> bytes:
    """The request's body.

    Raises:
        InvalidBodyError: longer than ``MAX_BODY_BYTES``; the rest is not read.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise InvalidBodyError(FieldFault("", f"is longer than {MAX_BODY_BYTES} bytes"))
    return bytes(body)


Body = Annotated[bytes, Depends(read_body)]
"""The body of a request, as a parameter of a route. Name it after the session."""


def parse(model: type[M], body: bytes) -> M:
    """The body as ``model``.

    Raises:
        InvalidBodyError: not a JSON object, or not one of the model's.
    """
    content = _decode(body) if body.strip(b" \t\r\n") else {}
    if not isinstance(content, dict):
        raise InvalidBodyError(FieldFault("", "is not a JSON object"))
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise InvalidBodyError(*map(_fault, faults)) from None


def pointer(path: Iterable[object]) -> str:
    """A JSON pointer to the place at ``path``."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _fault(error: ErrorDetails) -> FieldFault:
    detail = (
        "Unknown field"
        if error["type"] == "extra_forbidden"
        else error["msg"].removeprefix("Value error, ")
    )
    return FieldFault(pointer(error["loc"]), detail)


def _decode(body: bytes) -> Any:
    try:
        return json.loads(
            body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise InvalidBodyError(FieldFault("", "is not UTF-8")) from None
    except (ValueError, RecursionError):
        raise InvalidBodyError(FieldFault("", "is not JSON")) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidBodyError(FieldFault(pointer([twice]), "is there more than once"))
    return content


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
