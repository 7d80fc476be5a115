"""The catalogs of the console know every word of its pages, with the same places to fill in."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from tests.support import problem_words
from tests.support.console_words import CONSOLE, words

from common.db.audit import Action
from common.i18n.locales import ENGLISH, LANGUAGES, LOCALES
from share_api.console.views.activity import ACTIONS

CATALOGS = sorted((CONSOLE / "catalogs").glob("*.po"))


def catalog(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=LOCALES[path.stem], abort_invalid=True)


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s", text))


def test_every_language_but_english_has_a_catalog() -> None:
    assert {path.stem for path in CATALOGS} == set(LANGUAGES) - {str(ENGLISH)}


def test_the_words_are_found_where_they_are_used() -> None:
    links = ("%(count)s link is open now.", "%(count)s links are open now.")
    for known in ("Log in", "Link revoked", "Revenue overview", "Net sales", links):
        assert known in words()


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_a_catalog_is_complete_and_fills_in_what_its_english_does(path: Path) -> None:
    found = {message.id: message.string for message in catalog(path) if message.id}
    assert [word for word in words() if not found.get(word)] == []
    for english, forms in found.items():
        source = english if isinstance(english, str) else english[1]
        for form in [forms] if isinstance(forms, str) else forms or ():
            assert form.strip() == form
            assert placeholders(form) == placeholders(source), source


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_a_catalog_has_no_word_that_the_console_does_not_use(path: Path) -> None:
    """Else nobody knows which of two is shown, and a sentence is translated for no one."""
    assert [
        message.id for message in catalog(path) if message.id and message.id not in words()
    ] == []


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_every_problem_that_reaches_the_console_is_told_in_each_language(path: Path) -> None:
    """A new error needs its title and its detail in the catalogs: its page is half English else."""
    known = {message.id for message in catalog(path) if message.string}
    found = {kind.__name__: said - known for kind, said in problem_words.of_problems().items()}
    assert {name: missing for name, missing in found.items() if missing} == {}


def test_a_problem_with_values_in_its_detail_keeps_its_pattern() -> None:
    """Say ``Wording("At most %(most)s.", most=most)`` for ``f"At most {most}."``."""
    assert problem_words.composed() == []


def test_problems_are_found_by_what_the_console_imports() -> None:
    found = {kind.__name__: said for kind, said in problem_words.of_problems().items()}
    assert "Links not revoked yet" in found["RevocationUnavailableError"]
    assert "There is no such share." in found["ShareNotFoundError"], "by the code that makes it"
    assert "The database does not answer." in found["DatabaseUnavailableError"]
    assert "The picture is broken." in found["LogoError"], "by the code that raises it"
    assert "BatchTooLargeError" not in found, "sales by JSON have no page"
    assert "%(what)s Try again in %(seconds)s seconds." in set(problem_words.of_wordings())


def test_every_action_of_the_audit_log_has_its_words() -> None:
    assert set(ACTIONS) == set(Action)
