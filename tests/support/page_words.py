"""Every word that pages use, by its English: what a catalog has to know.

Words come from the templates, from calls in the code, from the problems and from the documents of
every report, those among them that were written before.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from tests.support import marked_words
from tests.support.marked_words import Message
from tests.support.samples import NOW, document, document_with_margins, window

import common
import report_pages
import report_viewer
from common.links.token import ExpiredLinkError
from common.reports import registry
from common.reports.document.gaps import KINDS, NOT_KNOWN
from common.reports.indexing import NO_INDEX
from common.reports.window import Period
from common.reports_cache.report_fields import unpack_document
from report_pages.since import telling
from report_viewer.pages import renderer
from report_viewer.problems import catalog, unlocking
from report_viewer.problems.catalog import problem_of
from report_viewer.problems.errors import StubReportError
from report_viewer.problems.problem import Problem
from worker import forms

COMMON: Final = Path(common.__file__).parent
PAGES: Final = Path(report_pages.__file__).parent
VIEWER: Final = Path(report_viewer.__file__).parent
FORMS: Final = Path(forms.__file__ or "").parent
KEPT_DOCUMENTS: Final = Path(__file__).with_name("kept_documents")
_TRANSLATED: Final = ("label", "definition", "title", "description", "summary", "note")


@cache
def words() -> tuple[Message, ...]:
    """Every word, once; a pair is a message with a form for one and a form for many."""
    found = (
        *marked_words.of_templates(PAGES),
        *marked_words.of_code(PAGES),
        *marked_words.of_templates(VIEWER / "pages"),
        *marked_words.of_code(VIEWER),
        *marked_words.of_code(FORMS),
        *_from_problems(),
        *_from_reports(),
        *of_kept_documents(),
        *_from_gaps(),
        *(NO_INDEX, telling.INDEXED, telling.OTHER_CURRENCY, *telling.WHY_NOT.values()),
    )
    return tuple(dict.fromkeys(message for message in found if message))


def of_kept_documents() -> Iterator[Message]:
    """The words of documents that released versions wrote: frozen links show them still."""
    for path in sorted(KEPT_DOCUMENTS.glob("*.zst")):
        yield from filter(None, _in(msgspec.to_builtins(unpack_document(path.read_bytes()))))


def _from_problems() -> Iterator[Message]:
    named = (*vars(catalog).values(), *vars(unlocking).values())
    fixed = [each for each in named if isinstance(each, Problem)]
    raised = (StubReportError(csv=False), StubReportError(csv=True), ExpiredLinkError(NOW))
    for each in (*fixed, *map(problem_of, raised)):
        yield from (each.title, each.advice, each.message, "" if each.moment else each.detail)
    yield from renderer.NOTICES.values()


def _from_gaps() -> Iterator[Message]:
    yield NOT_KNOWN
    for rule in KINDS.values():
        yield rule.one, rule.many
        yield rule.note
        yield rule.heading


def _from_reports() -> Iterator[Message]:
    for definition in registry.REPORTS.values():
        yield definition.title
        if definition.implemented:
            for column in definition.columns:
                if "," not in column.label:
                    yield from (column.label, column.definition)
            for period in (Period.WEEK, Period.MONTH):
                made = document(definition.slug, window(period))
                yield from _in(msgspec.to_builtins(made))
    yield from _in(msgspec.to_builtins(document_with_margins()))


def _in(value: Any) -> Iterator[Message]:
    if isinstance(value, dict) and not ("beside" in value and _compares(value["key"])):
        yield from (value[name] for name in _TRANSLATED if isinstance(value.get(name), str))
        yield from (each for part in value.values() for each in _in(part))
    elif isinstance(value, list | tuple):
        yield from (each for part in value for each in _in(part))


def _compares(key: str) -> bool:
    """Whether a column only repeats another for the days before, or has its change: no head."""
    return key.startswith("previous_") or key.endswith(("_change_percent", "_change_points"))
