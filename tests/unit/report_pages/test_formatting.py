"""Figures, words and names as a reader sees them; figures are spelled from integers, exactly."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from tests.support.samples import document

from common.i18n.locales import ENGLISH, LOCALES
from common.i18n.report_words import formatter_of
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.metrics import Unit
from common.reports.document.schema import LineChart
from report_pages.formatting import NOTHING, DocumentFormatter, instant, isolated

ENGLISH_WORDS = formatter_of(ENGLISH)


def figures(
    report: str = "revenue-overview", locale: Locale = ENGLISH, **about: object
) -> DocumentFormatter:
    return DocumentFormatter(document(report, **about), formatter_of(locale))  # type: ignore[arg-type]


def test_cells() -> None:
    spelled = figures()
    assert spelled.cell(None, Unit.MONEY) == NOTHING
    assert spelled.cell(1205, Unit.MONEY) == "12.05"
    assert spelled.cell(-1205, Unit.PERCENT) == "−12.05%"
    assert spelled.cell(1205, Unit.COUNT) == "1,205"
    assert spelled.cell(1205, Unit.RATE) == "12.05"
    assert spelled.cell("2026-04-01", Unit.DATE) == "Wed, 1 Apr 2026"
    assert spelled.cell("Total", Unit.DATE) == "Total"
    assert spelled.currency_of(Unit.MONEY) == "EUR"
    assert spelled.currency_of(Unit.COUNT) == ""


def test_an_amount_that_stands_alone_names_its_currency() -> None:
    assert figures().amount(-1205, Unit.MONEY) == "−€12.05"
    assert figures().amount(1205, Unit.COUNT) == "1,205"
    assert figures().amount(None, Unit.MONEY) == NOTHING
    assert figures(locale=LOCALES["de"]).amount(120512, Unit.MONEY) == "1.205,12\u00a0€"
    assert figures(currency="JPY").amount(1205, Unit.MONEY) == "¥1,205"
    assert figures(currency="KWD").amount(1205, Unit.MONEY) == "KWD\u00a01.205"


def test_weeks_along_a_chart() -> None:
    spelled = figures()
    chart = spelled.document.sections[0]
    assert isinstance(chart, LineChart)
    assert spelled.week_labels(chart.weeks)[:2] == ("1–5 Apr", "6–12 Apr")


def test_instants_stand_on_the_shops_clock() -> None:
    at = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
    tokyo = ZoneInfo("Asia/Tokyo")
    assert instant(at, tokyo, ENGLISH) == "2 May 2026, 08:30 JST"
    assert instant(at, tokyo, LOCALES["de"]) == "2. Mai 2026, 08:30 JST"


def test_counted_words_take_the_form_of_their_number() -> None:
    assert ENGLISH_WORDS.counted("%(count)s day", "%(count)s days", 1) == "1 day"
    assert ENGLISH_WORDS.counted("%(count)s day", "%(count)s days", 1200) == "1,200 days"


def test_a_percent_sign_in_a_definition_is_no_placeholder() -> None:
    assert ENGLISH_WORDS.text("A: the first 80 % of net sales") == "A: the first 80 % of net sales"
    assert ENGLISH_WORDS.text("") == ""


@pytest.mark.parametrize("name", ["Lamp", "\u202eevil", "<script>"])
def test_a_name_in_a_sentence_is_isolated(name: str) -> None:
    assert isolated(name) == f"\u2068{name}\u2069"


def test_a_long_name_in_a_sentence_is_cut() -> None:
    assert isolated("W" * 80) == f"\u2068{'W' * 80}\u2069"
    assert isolated("W" * 3_000) == f"\u2068{'W' * 79}…\u2069"
    family = isolated("a" + "👩\u200d" * 100)
    assert family.endswith("👩…\u2069"), "no joiner before the ellipsis"


@pytest.mark.parametrize(
    ("value", "brief", "exact"),
    [
        (17, "0.2 points", "0.17 points"),
        (-123, "1.2 points", "−1.23 points"),
        (12_340, "123 points", "123.40 points"),
        (2, "0.02 points", "0.02 points"),
    ],
)
def test_points_are_told_in_brief_and_exactly_in_tables(value: int, brief: str, exact: str) -> None:
    change = Change(ChangeKind.POINTS, value)
    assert figures().change(change, Unit.PERCENT) == brief
    assert figures().exact_change(change, Unit.PERCENT) == exact
