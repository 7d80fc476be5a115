"""Words with a count have the form of it, in every catalog: 1 day, 2 dni, 21 dni."""

import re
from functools import cache

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st
from tests.support import console_words, page_words
from tests.support.marked_words import Message

from common.i18n import report_words
from common.i18n.formatter import Formatter
from common.i18n.locales import LOCALES
from share_api.console import words as of_console

COUNTS = (1, 2, 5, 21, 22)
COUNT = re.compile(r"%\(count\)s|\{count\}")
NAMED = re.compile(r"%\((\w+)\)s")
WORDS = {"report": page_words.words, "console": console_words.words}
FORMATTERS = {"report": report_words.formatter_of, "console": of_console.formatter_of}
IN_CLASS = "%(count)s of %(all)s products are in class A and bring %(share)s of net sales."
OF_POSITIVE = IN_CLASS.replace("net sales", "all positive net sales")
UNDECLINED = {"Show {count} more", "%(count)s more", IN_CLASS, OF_POSITIVE}
"""Nothing in them goes with the number in some language: 1 z 9 jest, 5 z 9 jest."""
BESIDE = {
    *("new orders", "replaced orders", "unchanged orders"),
    *("new products", "products in the files", "refunds and cancellations", "stock counts"),
    *("links open now", "views of these links", "views in 7 days", "links viewed in 7 days"),
    *("Revoke these links?", "The links no longer open."),
}
"""Their number stands beside them on the page, or is seen there."""


@cache
def pairs() -> list[tuple[str, str, str]]:
    """Each message with a count: its catalog, and its forms for one and for many."""
    return [
        (catalog, *each)
        for catalog, words in WORDS.items()
        for each in words()
        if isinstance(each, tuple)
    ]


def told(formatter: Formatter, one: str, many: str, count: int) -> str:
    """A message as it is shown; what is filled in beside the count is a letter."""
    others = dict.fromkeys(NAMED.findall(many), "x")
    others.pop("count", None)
    return formatter.counted(one, many, count, **others)


def counts(message: Message) -> bool:
    return any(COUNT.search(each) for each in ([message] if isinstance(message, str) else message))


@pytest.mark.parametrize("catalog", WORDS)
def test_a_count_stands_in_words_that_have_forms_for_it_and_in_no_others(catalog: str) -> None:
    without = [each for each in WORDS[catalog]() if isinstance(each, str) and counts(each)]
    assert without == [], "use `counted`; what no form goes by has another name than `count`"
    counted = [each for each in WORDS[catalog]() if isinstance(each, tuple) and not counts(each)]
    assert {many for _, many in counted} - BESIDE == set()


@pytest.mark.parametrize("locale", LOCALES.values(), ids=str)
@given(
    pair=st.deferred(lambda: st.sampled_from(pairs())),
    count=st.sampled_from(COUNTS) | st.integers(0, 999),
)
def test_a_count_takes_the_form_of_its_category(
    locale: Locale, pair: tuple[str, str, str], count: int
) -> None:
    catalog, one, many = pair
    formatter = FORMATTERS[catalog](locale)
    form = formatter.forms(one, many)[locale.plural_form(count)]
    if "{count}" in many:
        return  # a script fills it in
    others = dict.fromkeys(NAMED.findall(form), "x")
    said = form % (others | {"count": formatter.numerals.number(count, 0)})
    assert told(formatter, one, many, count) == said
    assert str(count) in said or many in BESIDE


@pytest.mark.parametrize("locale", LOCALES.values(), ids=str)
def test_one_and_many_are_told_otherwise_where_the_language_does(locale: Locale) -> None:
    categories = {each: locale.plural_form(each) for each in COUNTS}
    for catalog, one, many in pairs():
        if many in UNDECLINED:
            continue
        forms = FORMATTERS[catalog](locale).forms(one, many)
        few = {forms[categories[each]] for each in (1, 5)}
        assert len(few) == len({categories[1], categories[5]}), (one, few)


def test_polish_has_a_week_and_weeks() -> None:
    polish = report_words.formatter_of(LOCALES["pl"])
    one, many = (
        "the same as on the same weekdays %(count)s week earlier",
        "the same as on the same weekdays %(count)s weeks earlier",
    )
    said = [polish.counted(one, many, each) for each in COUNTS]
    assert [each.partition("tygodnia ")[2] for each in said] == [
        "1 tydzień wcześniej",
        "2 tygodnie wcześniej",
        "5 tygodni wcześniej",
        "21 tygodni wcześniej",
        "22 tygodnie wcześniej",
    ]
    moving = "Rolling days: always the last %(count)s complete day"
    said = [polish.counted(moving, f"{moving}s", each) for each in (1, 2, 5, 21, 22)]
    assert [each.rpartition("zawsze ")[2] for each in said] == [
        "ostatni 1 pełny dzień",
        "ostatnie 2 pełne dni",
        "ostatnie 5 pełnych dni",
        "ostatnie 21 pełnych dni",
        "ostatnie 22 pełne dni",
    ]
