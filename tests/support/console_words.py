"""Every word that the console uses, by its English: what its catalogs have to know."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.extract import extract_python
from jinja2.ext import babel_extract
from tests.support.samples import document, window

from common.reports import registry
from common.reports.window import Period
from share_api import console

CONSOLE: Final = Path(console.__file__).parent
_KEYWORDS: Final[dict[str, Any]] = {"_": None, "text": None, "counted": (1, 2)}

Message = str | tuple[str, str]


def words() -> list[Message]:
    """Every word, once; a pair is a message with a form for one and a form for many."""
    found = (*_from_templates(), *_from_code(), *_from_reports())
    return list(dict.fromkeys(message for message in found if message))


def _from_templates() -> Iterator[Message]:
    for path in sorted(CONSOLE.rglob("*.html")):
        with path.open("rb") as source:
            for _, function, messages, _ in babel_extract(source, ("_", "counted"), [], {}):
                yield _message(function, messages)


def _from_code() -> Iterator[Message]:
    for path in sorted(CONSOLE.rglob("*.py")):
        with path.open("rb") as source:
            for _, function, messages, _ in extract_python(source, _KEYWORDS, [], {}):
                yield _message(function, messages)


def _message(function: object, messages: Any) -> Message:
    given = [messages] if isinstance(messages, str) else [each for each in messages or () if each]
    if function == "counted" and len(given) > 1:
        return given[0], given[1]
    return given[0] if given else ""


def _from_reports() -> Iterator[Message]:
    for definition in registry.implemented():
        yield from (definition.title, definition.description)
        made = document(definition.slug, window(Period.WEEK))
        yield next(each.label for each in made.kpis if each.key == made.headline.kpi)
