"""Templates are compiled once a process, and before anything is drawn."""

from typing import Any

import pytest
from jinja2 import DictLoader, Environment
from tests.support.samples import document

from common.i18n.locales import ENGLISH
from common.i18n.report_words import formatter_of
from common.reports.registry import implemented
from report_pages.compiled_templates import MemoryBytecodeCache
from report_pages.report import ReportTemplates


class File:
    """A file that a page links to."""

    url = "/static/file"
    integrity = "sha256-0"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of templates that are compiled from now on."""
    found: list[str] = []
    compiling = Environment.compile

    def compile_noted(self: Environment, source: Any, name: str, *args: Any) -> Any:
        found.append(name)
        return compiling(self, source, name, *args)

    monkeypatch.setattr(Environment, "compile", compile_noted)
    return found


def drawn(text: str, cache: MemoryBytecodeCache) -> str:
    """The template ``page``, by an environment of its own."""
    environment = Environment(
        loader=DictLoader({"page": text}), autoescape=True, bytecode_cache=cache
    )
    return environment.get_template("page").render(name="A&B")


def test_the_first_page_waits_for_no_template(compiled: list[str]) -> None:
    templates = ReportTemplates(lambda _: File())
    del compiled[:]
    for report in implemented():
        templates.draw("report.html", document(report.slug), formatter_of(ENGLISH))
    assert compiled == []


def test_each_is_compiled_once_in_a_process(compiled: list[str]) -> None:
    ReportTemplates(lambda _: File())
    del compiled[:]
    ReportTemplates(lambda _: File())
    assert compiled == []


def test_another_text_of_the_same_name_is_not_taken_for_it(compiled: list[str]) -> None:
    cache = MemoryBytecodeCache()
    assert drawn("<p>{{ name }}", cache) == "<p>A&amp;B"
    assert drawn("<b>{{ name }}", cache) == "<b>A&amp;B"
    del compiled[:]
    assert drawn("<b>{{ name }}", cache) == "<b>A&amp;B"
    assert compiled == []
