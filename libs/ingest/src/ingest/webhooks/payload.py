"""JSON of a webhook, read without trust: every number and text is text, by its digits.

Depth is bounded by the decoder, size by whoever received it.
"""

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final, NoReturn

from ingest.csv.values import BadValueError, instant

_LONGEST_REASON: Final = 300


class UnreadableEventError(Exception):
    """An event that says nothing that could be taken, now or later; the message says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason[:_LONGEST_REASON])


def decode(body: bytes) -> Mapping[str, Any]:
    """The object of a body.

    Raises:
        UnreadableEventError: it is none.
    """
    try:
        content = json.loads(
            body.decode(), parse_float=str, parse_int=str, parse_constant=_no_constant
        )
        if b"\\ud" in body.lower():  # half of a character that takes two cannot be stored
            json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise UnreadableEventError("the body is not JSON") from None
    if not isinstance(content, dict):
        raise UnreadableEventError("the body is not a JSON object")
    return content


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def text_at(content: Mapping[str, Any], *way: str) -> str:
    """The text or number at the end of ``way``, through objects; empty where there is none.

    Raises:
        UnreadableEventError: it is something else.
    """
    value: Any = content
    for step in way:
        if value is None:
            return ""
        if not isinstance(value, dict):
            raise UnreadableEventError(f"{'/'.join(way)} is not where it should be")
        value = value.get(step)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnreadableEventError(f"{'/'.join(way)} is neither a text nor a number")
    return value.strip()


def needed_at(content: Mapping[str, Any], *way: str) -> str:
    """As ``text_at``, where it has to be there.

    Raises:
        UnreadableEventError: it is not.
    """
    value = text_at(content, *way)
    if not value:
        raise UnreadableEventError(f"{'/'.join(way)} is missing")
    return value


def list_at(content: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list; none where it is not there.

    Raises:
        UnreadableEventError: it is no list of objects.
    """
    found = content.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise UnreadableEventError(f"{name} is not a list of objects")
    return found


def id_alone(content: Mapping[str, Any]) -> str:
    """The id of an event that says nothing else, as that of a deleted thing.

    Raises:
        UnreadableEventError: it says more, or no id.
    """
    if set(content) != {"id"}:
        raise UnreadableEventError("a deletion says an id and nothing else")
    return needed_at(content, "id")


def moment_at(content: Mapping[str, Any], *names: str, offset: str = "") -> str:
    """The first time of ``names`` that is there, in UTC and of one width: later is greater.

    ``offset`` is put behind it, where the platform leaves it out.

    Raises:
        UnreadableEventError: there is none, or it is no time.
    """
    for name in names:
        text = text_at(content, name)
        if text:
            try:
                return instant(text + offset).astimezone(UTC).isoformat(timespec="microseconds")
            except BadValueError as error:
                raise UnreadableEventError(f"{name} {error}") from None
    raise UnreadableEventError(f"{names[0]} is missing")
