"""Values of a share's body: days, labels, ranges and origins, as JSON has them."""

import re
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from common.db.link_templates import MAX_TEMPLATE_NAME_LENGTH
from common.db.shares import MAX_LABEL_LENGTH
from common.links.embedding import MOST_ORIGINS, is_origin
from common.links.ranges import Range
from common.reports import registry
from common.reports.window import EARLIEST
from sharing.boards import MOST_REPORTS

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _calendar_date(value: object) -> date:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("Write a day of the calendar as YYYY-MM-DD")


Day = Annotated[
    date,
    BeforeValidator(_calendar_date),
    Field(ge=EARLIEST),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-10-31"]}),
]


def _label(value: str) -> str:
    if not value.isprintable():
        raise ValueError("Control characters are not allowed")
    if not value.strip():
        raise ValueError("Say something, or leave it out")
    return value.strip()


Label = Annotated[str, Field(min_length=1, max_length=MAX_LABEL_LENGTH), AfterValidator(_label)]


TemplateName = Annotated[
    str, Field(min_length=1, max_length=MAX_TEMPLATE_NAME_LENGTH), AfterValidator(_label)
]


def _once_each(named: list[Any]) -> list[Any]:
    if len(set(named)) < len(named):
        raise ValueError("Name each once")
    return named


def _origin(value: str) -> str:
    if not is_origin(value):
        raise ValueError("Write it as https://host or https://host:port, in lower case")
    return value


Ranges = Annotated[
    list[Annotated[Range, Field(strict=False)]],
    Field(min_length=1, max_length=len(Range)),
    AfterValidator(_once_each),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "string", "enum": [each.value for each in Range]},
            "minItems": 1,
            "uniqueItems": True,
        }
    ),
]

Sections = Annotated[
    list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]],
    Field(min_length=1, max_length=20),
    AfterValidator(_once_each),
]

Board = Annotated[
    list[str],
    Field(min_length=1, max_length=MOST_REPORTS),
    AfterValidator(_once_each),
    WithJsonSchema(
        {
            "type": "array",
            "items": {
                "type": "string",
                "enum": [each.slug for each in registry.implemented()],
            },
            "minItems": 1,
            "maxItems": MOST_REPORTS,
            "uniqueItems": True,
        }
    ),
]

Origins = Annotated[
    list[Annotated[str, AfterValidator(_origin)]],
    Field(min_length=1, max_length=MOST_ORIGINS),
    AfterValidator(_once_each),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "string", "format": "uri"},
            "minItems": 1,
            "maxItems": MOST_ORIGINS,
            "uniqueItems": True,
        }
    ),
]
