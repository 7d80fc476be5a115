"""Days and spans of days, as each language writes them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest

from common.i18n.dates import DateFormatter, weekend
from common.i18n.locales import ENGLISH, LOCALES
from common.i18n.numbers import NumberFormatter
from common.reports.document.schema import Days


def days(first: date, last: date) -> Days:
    return Days(first=first, last=last, count=(last - first).days + 1)


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 4, 1), date(2026, 4, 30), "1–30 Apr 2026"),
        (date(2026, 3, 25), date(2026, 4, 24), "25 Mar\u2009–\u200924 Apr 2026"),
        (date(2025, 12, 30), date(2026, 1, 5), "30 Dec 2025\u2009–\u20095 Jan 2026"),
        (date(2026, 4, 1), date(2026, 4, 1), "1 Apr 2026"),
    ],
)
def test_spans(first: date, last: date, text: str) -> None:
    assert DateFormatter(ENGLISH).span(days(first, last)) == text


def test_a_day_in_each_length() -> None:
    calendar, day = DateFormatter(ENGLISH), date(2026, 5, 1)
    assert calendar.short_day(day) == "1 May"
    assert calendar.day(day) == "1 May 2026"
    assert calendar.weekday(day) == "Fri, 1 May 2026"
    assert calendar.full_day(day) == "Friday, 1 May 2026"
    assert calendar.short_span(days(day, day)) == "1 May"


@pytest.mark.parametrize(
    ("tag", "weekday", "span", "monday"),
    [
        ("de", "Fr., 1. Mai 2026", "1.–7. Mai 2026", "Montag"),
        ("fr", "ven. 1 mai 2026", "1–7 mai 2026", "lundi"),
        ("ja", "2026年5月1日(金)", "2026年5月1日～7日", "月曜日"),
        ("he", "יום ו׳, 1 במאי 2026", "1–7 במאי 2026", "יום שני"),
        ("nl", "vr 1 mei 2026", "1–7 mei 2026", "maandag"),
        ("pl", "pt., 1 maj 2026", "1–7 maj 2026", "poniedziałek"),
        ("pt", "sex., 1 de mai. de 2026", "1\u2009–\u20097 de mai. de 2026", "segunda-feira"),
        ("zh-Hans", "2026年5月1日周五", "2026年5月1日至7日", "星期一"),
    ],
)
def test_other_languages(tag: str, weekday: str, span: str, monday: str) -> None:
    calendar = DateFormatter(LOCALES[tag])
    assert calendar.weekday(date(2026, 5, 1)) == weekday
    assert calendar.span(days(date(2026, 5, 1), date(2026, 5, 7))) == span
    assert calendar.weekdays()[0] == monday


@pytest.mark.parametrize("tag", sorted(LOCALES))
def test_one_language_does_not_remember_for_another(tag: str) -> None:
    day = date(2026, 4, 14)
    written = {DateFormatter(locale).weekday(day) for locale in LOCALES.values()}
    assert len(written) == len(LOCALES) - 1, "the Swiss write days as Germans do"
    assert DateFormatter(LOCALES[tag]).weekday(day) == DateFormatter(LOCALES[tag]).weekday(day)


@pytest.mark.parametrize(
    ("tag", "day", "span", "instant", "money"),
    [
        ("en", "14 Apr 2026", "1–30 Apr 2026", "14 Apr 2026, 18:30 CEST", "€1,234.50"),
        (
            "en-US",
            "Apr 14, 2026",
            "Apr 1\u2009–\u200930, 2026",
            "Apr 14, 2026, 6:30\u202fPM CEST",
            "€1,234.50",
        ),
        ("de", "14. Apr. 2026", "1.–30. Apr. 2026", "14. Apr. 2026, 18:30 CEST", "1.234,50\xa0€"),
        (
            "de-CH",
            "14. Apr. 2026",
            "1.–30. Apr. 2026",
            "14. Apr. 2026, 18:30 CEST",
            "EUR\xa01’234.50",
        ),
    ],
)
def test_a_region_writes_days_and_numbers_its_way(
    tag: str, day: str, span: str, instant: str, money: str
) -> None:
    calendar, when = DateFormatter(LOCALES[tag]), datetime(2026, 4, 14, 16, 30, tzinfo=UTC)
    assert calendar.day(when.date()) == day
    assert calendar.span(days(date(2026, 4, 1), date(2026, 4, 30))) == span
    assert calendar.instant(when, ZoneInfo("Europe/Berlin")) == instant
    assert NumberFormatter(LOCALES[tag]).money(123_450, 2, "EUR") == money


@pytest.mark.parametrize(
    ("zone", "off"),
    [
        ("Europe/Berlin", {5, 6}),
        ("Asia/Jerusalem", {4, 5}),
        ("Africa/Cairo", {4, 5}),
        ("UTC", {5, 6}),
    ],
)
def test_days_off_are_those_of_the_shops_country(zone: str, off: set[int]) -> None:
    assert weekend(zone) == off
    assert all(weekend(each) for each in available_timezones())
