"""JSON bodies: bounded, strict, and refused with every field that is wrong.

They are read by ourselves, after the session was checked: a client that is not logged in gets 403,
not what is wrong with the body. An empty body is an empty object. Python's JSON is stricter here
than its default: UTF-8 only, no duplicate names, no NaN.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Final, NoReturn, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from common.http.problem import Problem
from share_api.http.bounded_body import BodyTooLargeError, read_at_most

MAX_BODY_BYTES: Final = 16 * 1024
MAX_LIST_BODY_BYTES: Final = 128 * 1024
_MOST_DIGITS: Final = 1000

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong at a place of the body: ``pointer`` is an RFC 6901 pointer, "" the whole."""

    pointer: str
    detail: str


class InvalidBodyError(Problem):
    """The body is not what the operation takes."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-body"
    title = "Invalid request body"

    def __init__(self, *faults: FieldError) -> None:
        super().__init__("The request body is not valid.")
        self.faults = faults

    @property
    def errors(self) -> list[dict[str, str]]:
        """Every field that is wrong."""
        return [{"pointer": fault.pointer, "detail": fault.detail} for fault in self.faults]


async def read_body(request: Request) -> bytes:
    """The request's body.

    Raises:
        InvalidBodyError: longer than ``MAX_BODY_BYTES``; the rest is not read.
        SlowBodyError: not there after ``BODY_SECONDS``.
    """
    return await _read_bounded(request, MAX_BODY_BYTES)


async def read_list_body(request: Request) -> bytes:
    """The body of a request for many things at once.

    Raises:
        InvalidBodyError: longer than ``MAX_LIST_BODY_BYTES``; the rest is not read.
        SlowBodyError: not there after ``BODY_SECONDS``.
    """
    return await _read_bounded(request, MAX_LIST_BODY_BYTES)


async def _read_bounded(request: Request, most: int) -> bytes:
    try:
        return await read_at_most(request, most)
    except BodyTooLargeError:
        raise InvalidBodyError(FieldError("", f"is longer than {most} bytes")) from None


Body = Annotated[bytes, Depends(read_body)]
"""The body of a request, as a parameter of a route. Name it after the session."""
ListBody = Annotated[bytes, Depends(read_list_body)]
"""The body of a request for many things at once, likewise."""


def parse_body(model: type[M], body: bytes) -> M:
    """The body as ``model``.

    Raises:
        InvalidBodyError: not a JSON object, or not one of the model's.
    """
    content = decode(body) if body.strip(b" \t\r\n") else {}
    if not isinstance(content, dict):
        raise InvalidBodyError(FieldError("", "is not a JSON object"))
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise InvalidBodyError(*field_errors(error)) from None


def field_errors(error: ValidationError, at: Sequence[object] = ()) -> list[FieldError]:
    """What a model finds wrong with what stands at ``at`` in the body."""
    faults = error.errors(include_url=False, include_input=False)
    return [_fault(fault, at) for fault in faults]


def pointer(path: Iterable[object]) -> str:
    """A JSON pointer to the place at ``path``."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _fault(error: ErrorDetails, at: Sequence[object]) -> FieldError:
    detail = (
        "Unknown field"
        if error["type"] == "extra_forbidden"
        else error["msg"].removeprefix("Value error, ")
    )
    for value in error.get("ctx", {}).values():
        if isinstance(value, date):  # as a body has it, and not as Python spells it
            detail = detail.replace(repr(value), value.isoformat())
    return FieldError(pointer((*at, *error["loc"])), detail)


class Literal(str):
    """A number with decimals as the body spells it: no float has rounded it."""

    __slots__ = ()


def decode(body: bytes, *, parse_float: Callable[[str], Any] = float) -> Any:
    """The JSON of a body.

    Raises:
        InvalidBodyError: it is none, or not strict.
    """
    repeated: list[RepeatedName] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        content = members_of(pairs)
        if isinstance(content, RepeatedName):
            repeated.append(content)
        return content

    try:
        content = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=members,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=parse_float,
        )
    except UnicodeDecodeError:
        raise InvalidBodyError(FieldError("", "is not UTF-8")) from None
    except (ValueError, RecursionError):
        raise InvalidBodyError(FieldError("", "is not JSON")) from None
    if repeated:
        raise InvalidBodyError(FieldError(pointer(_way_to_it(content)), "is there more than once"))
    return content


class RepeatedName(dict[str, Any]):
    """An object that has ``name`` more than once."""

    def __init__(self, members: dict[str, Any], name: str) -> None:
        super().__init__(members)
        self.name = name


def members_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these members; a ``RepeatedName`` where two have one name."""
    content = dict(pairs)
    if len(content) == len(pairs):
        return content
    return RepeatedName(content, Counter(name for name, _ in pairs).most_common(1)[0][0])


def _way_to_it(content: Any) -> tuple[object, ...]:
    """The steps to a name that is there more than once."""
    waiting: list[tuple[tuple[object, ...], Any]] = [((), content)]
    while True:
        way, value = waiting.pop()
        if isinstance(value, RepeatedName):
            return (*way, value.name)
        if isinstance(value, dict):
            waiting += [((*way, name), each) for name, each in value.items()]
        elif isinstance(value, list):
            waiting += [((*way, number), each) for number, each in enumerate(value)]


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise InvalidBodyError(FieldError("", f"has a number of more than {_MOST_DIGITS} digits"))
    return int(digits)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
