"""What a page says in words, and that it holds in the states a shop can be in."""

from datetime import date

import msgspec
import pytest
from babel import Locale
from msgspec.structs import replace
from tests.support.samples import HOSTILE, NOW, document, scope_of, window

from common.i18n.locales import ENGLISH, LOCALES
from common.i18n.report_words import formatter_of
from common.reports import registry
from common.reports.catalog.product_performance.standing import ProductPerformance
from common.reports.document.headlines import Headline
from common.reports.document.metrics import Unit
from common.reports.document.schema import Document, LineChart, Series, Waterfall
from common.reports.document.tables import Table
from common.reports.model import Scope
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals
from common.reports.window import Dates, Period, window_of
from report_pages.formatting import DocumentFormatter, isolated
from report_pages.sections.registry import KINDS
from report_pages.sentences import best, extent, headline


def figures(made: Document) -> DocumentFormatter:
    return DocumentFormatter(made, formatter_of(ENGLISH))


def gists(made: Document) -> dict[str, str]:
    return {
        section.key: KINDS.of(section).view.summary(section, figures(made))
        for section in made.sections
        if not isinstance(section, Table | Waterfall)
    }


def shop(scope: Scope, *sold: tuple[str, int, int]) -> Document:
    """Product performance of products that sold for so much, and so much before."""
    products = tuple(
        ProductTotals(name, name, None, None, Totals(gross=now), Totals(gross=before))
        for name, now, before in sold
    )
    return (
        registry.find("product-performance").present(ProductPerformance(products), scope).document
    )


def test_the_revenue_in_a_sentence() -> None:
    assert headline(figures(document("revenue-overview"))) == (
        "Net sales were €46,412, up 12.4% on the same weekdays 5 weeks earlier;"
        " Saturday, 4 April 2026 was the best day, with €2,164."
    )


def test_what_stood_out_alone() -> None:
    assert best(figures(document("revenue-overview"))) == (
        "Saturday, 4 April 2026 was the best day, with €2,164."
    )
    assert best(figures(document("revenue-overview", empty=True))) == ""


def test_the_pace_in_a_sentence() -> None:
    said = headline(figures(document("sales-velocity")))
    assert said.startswith("52.80 units were sold a day, up ")
    assert said.endswith("sold fastest, with 19.90 a day.")


def test_the_products_in_a_sentence() -> None:
    said = headline(figures(document("product-performance")))
    compared = "up 12.3% on the same weekdays 5 weeks earlier"
    assert said.startswith(f"Net sales were €51,734, {compared}; ")
    assert said.endswith("leads with €10,214, 19.7% of the total.")


def test_what_was_nothing_before_is_told_by_the_difference(scope: Scope) -> None:
    assert headline(figures(shop(scope, ("Lamp", 1000, 0)))) == (
        "Net sales were €10.00, up €10.00 on the same weekdays 1 week earlier;"
        f" {isolated('Lamp')} leads with €10.00, 100% of the total."
    )


def test_the_same_as_before_is_said_so(scope: Scope) -> None:
    said = headline(figures(shop(scope, ("Lamp", 1000, 1000))))
    compared = "the same as on the same weekdays 1 week earlier"
    assert said.startswith(f"Net sales were €10.00, {compared}; ")


def test_nothing_is_in_front_where_nothing_was_sold(scope: Scope) -> None:
    assert headline(figures(shop(scope, ("Lamp", 0, 1000)))) == (
        "Net sales were €0.00, down 100% on the same weekdays 1 week earlier."
    )


def test_a_figure_that_no_message_knows_is_named_by_its_label() -> None:
    made = document("sales-velocity")
    other = msgspec.structs.replace(made, headline=Headline(kpi="orders"))
    assert headline(figures(other)).startswith("Orders: 762, up ")


def test_every_chart_is_summed_up() -> None:
    revenue = gists(document("revenue-overview"))
    assert revenue["daily"] == (
        "Net sales: most on Sat, 4 Apr 2026 (€2,164), least on Wed, 8 Apr 2026 (€1,177)."
    )
    assert gists(document("sales-velocity"))["weekdays"].startswith(
        "Units on an average weekday: most on Saturday ("
    )
    products = gists(document("product-performance"))
    assert products["top"] == ("33 of 120 products are in class A and bring 80.0% of net sales.")
    assert "gained most: €" in products["movers"]
    assert "lost most: −€" in products["movers"]


def test_movers_that_only_gain_or_do_not_move(scope: Scope) -> None:
    assert gists(shop(scope, ("a", 5, 1)))["movers"] == f"{isolated('a')} gained most: €0.04."
    assert gists(shop(scope, ("a", 1, 5)))["movers"] == f"{isolated('a')} lost most: −€0.04."
    assert gists(shop(scope, ("a", 5, 5)))["movers"] == "No product's net sales changed."


NEGATIVE = (("Zwei", 108_00, 0), ("Eins", 28_00, 0), ("Back", -900_00, 0))
"""Net sales of -764.00, of which 136.00 are positive: 108.00 are 79.4 % of these, 28.00 20.6 %."""


def test_a_share_of_positive_net_sales_is_not_said_to_be_of_the_total(scope: Scope) -> None:
    made = shop(scope, *NEGATIVE)
    lead = f"{isolated('Zwei')} leads with €108.00, 79.4% of all positive net sales."
    assert headline(figures(made)).startswith("Net sales were −€764.00, ")
    assert headline(figures(made)).endswith(f"; {lead}")
    assert gists(made)["top"] == (
        "2 of 3 products are in class A and bring 100% of all positive net sales."
    )
    without = shop(scope, *NEGATIVE[:2])
    assert headline(figures(without)).endswith(" leads with €108.00, 79.4% of the total.")
    assert gists(without)["top"] == "2 of 2 products are in class A and bring 100% of net sales."


@pytest.mark.parametrize("locale", LOCALES.values(), ids=str)
def test_no_language_calls_a_share_of_some_that_of_all(locale: Locale, scope: Scope) -> None:
    some, everything = (
        DocumentFormatter(shop(scope, *sold), formatter_of(locale))
        for sold in (NEGATIVE, NEGATIVE[:2])
    )
    assert best(some) != best(everything)
    if locale.language != "en":
        english = [best(replace_words(each)) for each in (some, everything)]
        assert best(some) not in english


def replace_words(figures: DocumentFormatter) -> DocumentFormatter:
    return DocumentFormatter(figures.document, formatter_of(ENGLISH))


def test_what_is_less_than_all_is_not_100_percent(scope: Scope) -> None:
    """Of 100,000.00 all but a cent: 99.99999 %, in hundredths 100.00."""
    made = shop(scope, ("Big", 99_999_99, 0), ("Small", 1, 0))
    assert headline(figures(made)).endswith(" leads with €100,000, 99.99% of the total.")
    assert gists(made)["top"] == "1 of 2 products is in class A and brings 99.99% of net sales."
    nearly = shop(scope, ("Big", 99_97, 0), ("Small", 3, 0))
    assert headline(figures(nearly)).endswith(" leads with €99.97, 99.97% of the total.")


def test_of_movers_that_moved_alike_none_is_said_to_have_moved_most(scope: Scope) -> None:
    alike = gists(shop(scope, ("a", 5, 1), ("b", 6, 2), ("c", 1, 9)))
    assert alike["movers"] == f"{isolated('c')} lost most: −€0.08."
    assert gists(shop(scope, ("a", 1, 5), ("b", 2, 6)))["movers"] == ""


def test_there_is_most_of_a_reduction_where_it_is_largest() -> None:
    """Reversals of 0, 300 and 100 on three days: most of them on the second."""
    made = document("revenue-overview")
    reversals = Series("returns", "Sales reversals", Unit.MONEY, "", (0, -300_00, -100_00))
    days = ("Mon", "Tue", "Wed")
    assert extent(figures(made), replace(reversals, reduction=True), days) == (
        "Sales reversals: most on Tue (−€300.00), least on Mon (€0.00)."
    )
    assert extent(figures(made), reversals, days) == (
        "Sales reversals: most on Mon (€0.00), least on Tue (−€300.00)."
    ), "what is no reduction goes by its value"


def test_what_is_not_known_of_all_days_is_not_the_same_throughout() -> None:
    made = document("revenue-overview")
    net = Series("net_sales", "Net sales", Unit.MONEY, "", (10_00, None, 10_00))
    assert extent(figures(made), net, ("Mon", "Tue", "Wed")) == ""
    known = replace(net, values=(10_00, 10_00))
    assert extent(figures(made), known, ("Mon", "Tue")) == "Net sales: €10.00 throughout."


APRIL = (50_00, 70_00, 71_00, 72_00, 40_00)
"""What the weeks of April 2026 sell, of which the first has five days and the last has four."""


@pytest.mark.parametrize(
    ("weekly", "told"),
    [
        (APRIL, "Net sales: most on 20–26 Apr (€72.00), least on 6–12 Apr (€70.00)."),
        ((99_00, *APRIL[1:]), "Net sales: most on 20–26 Apr (€72.00), least on 6–12 Apr (€70.00)."),
        ((50_00, 70_00, 70_00, 70_00, 40_00), "Net sales: €70.00 throughout."),
    ],
)
def test_a_part_of_a_week_is_neither_the_most_nor_the_least_of_weeks(
    weekly: tuple[int, ...], told: str
) -> None:
    assert weekly_gist(document("revenue-overview"), weekly) == told


def test_nothing_is_said_of_one_whole_week() -> None:
    """From Wednesday, 1 April, to Wednesday, 15 April: a whole week and two parts."""
    over = window_of(Dates(date(2026, 4, 1), date(2026, 4, 15)), scope_of(window()).zone, now=NOW)
    assert weekly_gist(document("revenue-overview", over), (50_00, 70_00, 30_00)) == ""


def weekly_gist(made: Document, weekly: tuple[int, ...]) -> str:
    """What is said of the weeks of net sales that came to so much."""
    line = next(each for each in made.sections if isinstance(each, LineChart))
    net = replace(line.series[0], weekly=weekly)
    data = KINDS.of(line).view.chart_data(replace(line, series=(net,)), figures(made))
    assert data is not None
    return str(data["texts"]["net_sales"]["weekGist"])


@pytest.mark.parametrize("report", [each.slug for each in registry.implemented()])
def test_an_empty_window_has_words_too(report: str) -> None:
    made = document(report, empty=True)
    said = " ".join((headline(figures(made)), *gists(made).values()))
    assert "None" not in said
    assert "NaN" not in said


def test_a_hostile_name_is_isolated() -> None:
    said = headline(figures(document("product-performance", title=HOSTILE)))
    assert isolated(HOSTILE) in said


@pytest.fixture
def scope() -> Scope:
    return scope_of(window(Period.WEEK))
