"""The catalogs of the console know every word of its pages, with the same places to fill in."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from tests.support.console_words import CONSOLE, words

from common.db.audit import Action
from common.i18n.locales import ENGLISH, LANGUAGES, LOCALES
from share_api.console.views.activity import ACTIONS

CATALOGS = sorted((CONSOLE / "catalogs").glob("*.po"))
WORDS = words()


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
        assert known in WORDS


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_a_catalog_is_complete_and_fills_in_what_its_english_does(path: Path) -> None:
    found = {message.id: message.string for message in catalog(path) if message.id}
    assert [word for word in WORDS if not found.get(word)] == []
    for english, forms in found.items():
        source = english if isinstance(english, str) else english[1]
        for form in [forms] if isinstance(forms, str) else forms or ():
            assert form.strip() == form
            assert placeholders(form) == placeholders(source), source


def test_every_action_of_the_audit_log_has_its_words() -> None:
    assert set(ACTIONS) == set(Action)
