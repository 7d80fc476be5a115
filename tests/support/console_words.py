"""Every word that the console uses, by its English: what its catalogs have to know."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from tests.support import marked_words, problem_words
from tests.support.marked_words import Message
from tests.support.samples import document, window

import ingest
import worker.imports
from accounts.permissions import REGISTRY, SCOPES
from common.reports import registry
from common.reports.window import Period
from ingest.formats.registry import FALLBACK
from share_api import console

CONSOLE: Final = Path(console.__file__).parent


@cache
def words() -> tuple[Message, ...]:
    """Every word, once; a pair is a message with a form for one and a form for many."""
    found = (
        *marked_words.of_templates(CONSOLE),
        *marked_words.of_code(CONSOLE),
        *_from_reports(),
        FALLBACK.title,  # those of the others are names
        *_scopes(),
        *(word for said in problem_words.of_problems().values() for word in sorted(said)),
        *problem_words.of_statuses(),
        *problem_words.of_wordings(),
        *_of_imports(),
    )
    return tuple(dict.fromkeys(message for message in found if message))


def _of_imports() -> Iterator[Message]:
    """What a worker finds in files, which the console shows."""
    for package in (ingest, worker.imports):
        for path in sorted(Path(package.__file__ or "").parent.rglob("*.py")):
            yield from marked_words.of_wordings(path)


def _scopes() -> Iterator[Message]:
    yield from (REGISTRY[each].allows for each in SCOPES)


def _from_reports() -> Iterator[Message]:
    for definition in registry.implemented():
        yield from (definition.title, definition.description)
        made = document(definition.slug, window(Period.WEEK))
        yield next(each.label for each in made.kpis if each.key == made.headline.kpi)
