"""The catalogs know the words of pages, with the same places to fill in."""

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, cast

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from tests.support.page_words import COMMON, of_kept_documents, words

from common.i18n.locales import ENGLISH, LANGUAGES, LOCALES
from common.i18n.report_words import FOLDER, formatter_of, translations

CATALOGS = sorted((COMMON / FOLDER).glob("*.po"))
LEAST_KNOWN = 0.9
"""What a catalog lacks is shown in English; more than a word here and there would be a mixture."""


def catalog(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=LOCALES[path.stem])


def placeholders(text: str) -> Counter[str]:
    return Counter(re.findall(r"%\(\w+\)s|\{\w+\}", text))


def test_every_language_but_english_has_a_catalog() -> None:
    assert {path.stem for path in CATALOGS} == set(LANGUAGES) - {str(ENGLISH)}


def test_the_words_are_found_where_they_are_used() -> None:
    for known in (
        "Download",
        ("%(count)s day", "%(count)s days"),
        "This link has expired",
        "The report is being prepared",
        "Net sales were %(value)s",
        "Gross sales less discounts and sales reversals.",
        "From gross to total sales",
        "Other products",
        ("Search {count} product", "Search {count} products"),
    ):
        assert known in words()


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_a_catalog_knows_the_words_of_pages(path: Path) -> None:
    """Else add them to the catalog, and take out what is no longer used."""
    translated = {message.id for message in catalog(path) if message.id and message.string}
    known = sum(word in translated for word in words())
    missing = [word for word in words() if word not in translated]
    assert known >= LEAST_KNOWN * len(words()), missing


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_a_catalog_knows_every_word_of_documents_that_are_kept(path: Path) -> None:
    """A frozen link would turn into English where a text of its report is said in other words."""
    translated = {message.id for message in catalog(path) if message.id and message.string}
    assert not set(of_kept_documents()) - translated


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_a_translation_fills_in_what_its_english_does(path: Path) -> None:
    for message in catalog(path):
        if not message.id:
            continue
        english = message.id if isinstance(message.id, str) else message.id[1]
        forms = [message.string] if isinstance(message.string, str) else message.string or ()
        for form in forms:
            assert form.strip() == form
            assert placeholders(form) == placeholders(english), english


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_the_forms_of_a_catalog_are_those_of_cldr(path: Path) -> None:
    """Numbers of one category take one form, and every form is taken."""
    locale, forms = LOCALES[path.stem], defaultdict(set)
    plural = cast("Any", translations(locale)).plural  # of GNUTranslations, in no stub
    for number in range(1000):
        forms[locale.plural_form(number)].add(plural(number))
    assert all(len(each) == 1 for each in forms.values())
    assert set.union(*forms.values()) == set(range(catalog(path).num_plurals))


@pytest.mark.parametrize(
    ("tag", "said"),
    [("de", "1.200 Tage"), ("ja", "1,200日"), ("pl", "1\xa0200 dni"), ("zh-Hans", "1,200 天")],
)
def test_numbers_take_their_form(tag: str, said: str) -> None:
    counted = formatter_of(LOCALES[tag]).counted
    assert counted("%(count)s day", "%(count)s days", 1200) == said
    assert counted("%(count)s day", "%(count)s days", 1).startswith("1")


def test_polish_tells_a_few_from_many() -> None:
    counted = formatter_of(LOCALES["pl"]).counted
    counts = [each for each in words() if isinstance(each, tuple)]
    one, many = next(each for each in counts if "came without them" in each[0])
    told = [counted(one, many, number).split(": ")[1] for number in (1, 2, 5, 12, 22)]
    assert [each.partition(" ")[2] for each in told] == [
        "zamówienie przyszło bez nich.",
        "zamówienia przyszły bez nich.",
        "zamówień przyszło bez nich.",
        "zamówień przyszło bez nich.",
        "zamówienia przyszły bez nich.",
    ]


def test_an_unknown_word_stays_english() -> None:
    assert formatter_of(LOCALES["ja"]).text("Never translated") == "Never translated"


def test_a_region_has_the_words_of_its_language_in_its_own_spelling() -> None:
    german, swiss = formatter_of(LOCALES["de"]), formatter_of(LOCALES["de-CH"])
    for word in words():
        message = word if isinstance(word, str) else word[0]
        assert swiss.text(message) == german.text(message).replace("ß", "ss")
    assert formatter_of(LOCALES["en-US"]).text("Net sales") == "Net sales"
