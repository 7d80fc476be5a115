"""What has changed between two reports of the same days."""

import csv
import gzip
import io
from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace
from tests.support.samples import finished, window

from common.i18n.locales import ENGLISH
from common.i18n.report_words import formatter_of
from common.reports import registry
from common.reports.document.gaps import DataGap, Extent
from common.reports.document.metrics import Unit
from common.reports.document.schema import Document
from common.reports.money import decimal_text
from common.reports.redacting import redacted
from common.reports.redaction import NOTHING, Redaction
from common.reports_cache.report_fields import UnreadableReportError
from report_pages.since import comparing, rows
from report_pages.since.comparing import Side, Since, compare
from report_pages.since.rows import Compared
from report_pages.since.telling import Told
from worker.reports import csv_export

SLUGS = [each.slug for each in registry.implemented()]
DAYS = (date(2026, 4, 1), date(2026, 4, 30))
AFTER_REVISIONS = datetime(2027, 1, 1, tzinfo=UTC)


def side(slug: str, hidden: Redaction = NOTHING) -> Side:
    made = redacted(registry.find(slug), finished(slug, window()), hidden)
    document = replace(made.document, as_of=AFTER_REVISIONS)
    return Side(document, csv_export.write(made.columns, made.rows, document.money_exponent))


def records_of(of: Side) -> list[list[str]]:
    text = gzip.decompress(of.csv).decode().removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text, newline="")))


def packed(records: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(records)
    return gzip.compress(text.getvalue().encode(), mtime=0)


def with_rows(of: Side, records: list[list[str]]) -> Side:
    return of._replace(csv=packed(records))


def with_cell(of: Side, row: int, column: str, value: str) -> Side:
    """The same report with one cell of its rows as ``value``."""
    records = records_of(of)
    records[row][records[0].index(column)] = value
    return with_rows(of, records)


def with_kpi(of: Side, key: str, value: int | None) -> Side:
    kpis = tuple(
        replace(each, value=value) if each.key == key else each for each in of.document.kpis
    )
    return of._replace(document=replace(of.document, kpis=kpis))


def net(document: Document) -> int:
    return next(each.value for each in document.kpis if each.key == "net_sales") or 0


def rows_of(since: Since, key: str) -> list[tuple[str, int | None, int | None]]:
    (found,) = (each for each in since.rows if each.figure.key == key)
    return [(each.key, each.then, each.now) for each in found.rows]


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("hidden", [NOTHING, Redaction(csv=True), Redaction(money=True)])
def test_a_report_that_is_the_same_has_not_changed(slug: str, hidden: Redaction) -> None:
    since = compare(side(slug, hidden), side(slug, hidden))
    assert not since.changed
    assert not since.rows
    assert not since.redefined
    assert since.figures, "they are told all the same"
    assert since.compared is (Compared.HIDDEN if hidden.csv else Compared.YES)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_figure_of_every_row_is_found_by_its_name_and_the_largest_change_is_first(
    slug: str,
) -> None:
    then = side(slug)
    definition, exponent = registry.find(slug), then.document.exponent
    for figure in rows.measured(definition):
        small, large = (decimal_text(number, exponent(figure.unit)) for number in (7, 10**7))
        now = with_cell(with_cell(then, 1, figure.key, small), 2, figure.key, large)
        found = compare(then, now)
        assert [each.figure.key for each in found.rows] == [figure.key]
        keys = records_of(then)
        place = next(
            place
            for place, column in enumerate(definition.columns)
            if column.unit in {Unit.TEXT, Unit.DATE}
        )
        told = rows_of(found, figure.key)
        assert [(key, value) for key, _, value in told] == [
            (keys[2][place], 10**7),
            (keys[1][place], 7),
        ]


def test_rows_that_have_come_and_gone_are_told_unless_they_are_nothing() -> None:
    then = side("product-performance")
    records = records_of(then)
    came = with_rows(then, [records[0], *records[2:]])
    gone = rows_of(compare(then, came), "net_sales")
    assert [now for _, _, now in gone] == [None]
    assert [(key, now, was) for key, was, now in rows_of(compare(came, then), "net_sales")] == [
        (key, was, now) for key, was, now in gone
    ]
    place = records[0].index("product_id")
    new = ["P-new" if each == place else "" for each in range(len(records[0]))]
    assert not compare(then, with_rows(then, [*records, new])).changed


def test_totals_are_ordered_by_how_much_of_them_changed() -> None:
    then = side("revenue-overview")
    units = next(each for each in then.document.kpis if each.unit is Unit.COUNT)
    now = with_kpi(with_kpi(then, "net_sales", net(then.document) + 1), units.key, 0)
    figures = compare(then, now).figures
    assert [each.key for each in figures[:2]] == [units.key, "net_sales"]
    assert [each.changed for each in figures] == [True, True] + [False] * (len(figures) - 2)
    assert figures[1].difference == 1
    missing = compare(with_kpi(then, "net_sales", None), then).figures[0]
    assert (missing.key, missing.changed, missing.difference) == ("net_sales", True, None)


def test_amounts_that_are_an_index_or_of_another_currency_are_not_compared() -> None:
    hidden = Redaction(money=True)
    then = side("product-performance", hidden)
    now = with_cell(with_kpi(then, "gross_sales", 1), 1, "net_sales", "77.00")
    assert not compare(then, now).changed
    assert all(each.unit is not Unit.MONEY for each in compare(then, now).figures)
    plain = side("product-performance")
    yen = plain._replace(document=replace(plain.document, currency="CHF"))
    found = compare(plain, with_cell(yen, 1, "net_sales", "77.00"))
    assert (found.changed, found.amounts) == (False, False)


def test_days_of_another_zone_are_not_compared_and_products_are() -> None:
    for slug, expected in (
        ("revenue-overview", Compared.OTHER_DAYS),
        ("product-performance", Compared.YES),
    ):
        then = side(slug)
        there = then._replace(document=replace(then.document, timezone="Asia/Tokyo"))
        assert compare(then, with_cell(there, 1, "net_sales", "1.00")).compared is expected


def test_too_many_rows_and_rows_of_one_name_are_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    then = side("product-performance")
    now = with_cell(then, 1, "net_sales", "1.00")
    records = records_of(then)
    twice = [*records, records[1]]
    assert compare(then, with_rows(then, twice)).compared is Compared.UNNAMED
    monkeypatch.setattr(rows, "MOST_ROWS", len(records) - 2)
    assert compare(then, now).compared is Compared.TOO_MANY
    assert compare(then, now).rows == ()


def test_of_many_rows_those_that_changed_most_are_kept_and_all_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(comparing, "KEPT", 1)
    then = side("revenue-overview")
    now = with_cell(with_cell(then, 1, "orders", "7"), 2, "orders", "99999")
    (found,) = compare(then, now).rows
    assert (found.count, [each.now for each in found.rows]) == (2, [99999])


def test_a_total_that_one_report_does_not_have_is_not_compared() -> None:
    then = side("revenue-overview")
    without = replace(then.document, kpis=then.document.kpis[1:])
    for pair in ((then._replace(document=without), then), (then, then._replace(document=without))):
        since = compare(*pair)
        assert not since.changed
        assert then.document.kpis[0].key not in {each.key for each in since.figures}


def test_a_trend_that_neither_page_tells_as_a_number_is_not_told_here() -> None:
    then = side("revenue-overview")
    unclear = tuple(replace(each, clear=False) for each in then.document.kpis[:1])
    vague = then._replace(document=replace(then.document, kpis=(*unclear, *then.document.kpis[1:])))
    key = unclear[0].key
    assert key not in {each.key for each in compare(vague, vague).figures}
    (known,) = (each for each in compare(vague, then).figures if each.key == key)
    assert (known.then, known.difference) == (None, None)


def test_what_was_not_known_has_not_changed() -> None:
    """Tax comes in later: each day had 0 of it by ignorance."""
    then = with_cell(with_cell(side("revenue-overview"), 1, "tax", "0.00"), 2, "tax", "7.00")
    now = with_cell(with_cell(side("revenue-overview"), 1, "tax", "19.00"), 2, "tax", "9.00")
    assert len(rows_of(compare(then, now), "tax")) == 2
    gap = DataGap("tax-not-known", ("tax",), now=Extent(1, *DAYS))
    unknown = then._replace(document=replace(then.document, gaps=(gap,)))
    assert [was for _, was, _ in rows_of(compare(unknown, now), "tax")] == [700]
    told = Told.of(compare(unknown, now), formatter_of(ENGLISH), AFTER_REVISIONS)
    assert any("Tax" in each for each in told.notes)
    assert len([each for each in told.notes if "Tax" in each]) == 1, "of one kind the newer alone"


@pytest.mark.parametrize("hidden", [Redaction(csv=True), Redaction(money=True)])
def test_of_what_is_not_compared_it_is_not_said_that_nothing_has_changed(
    hidden: Redaction,
) -> None:
    then, whole = side("product-performance", hidden), side("product-performance")
    for pair, gist in (
        ((then, then), "Nothing that is compared has changed."),
        ((whole, whole), "Nothing has changed since."),
    ):
        assert Told.of(compare(*pair), formatter_of(ENGLISH), AFTER_REVISIONS).gist == gist


def test_a_name_that_begins_like_a_formula_is_told_as_it_is() -> None:
    _, title, *_ = (
        each.key for each in registry.find("product-performance").columns if each.unit is Unit.TEXT
    )
    then = with_cell(side("product-performance"), 1, title, "'-5 % off")
    now = with_cell(then, 1, "net_sales", "77.00")
    (found,) = compare(then, now).rows
    assert found.rows[0].name == "-5 % off"


def test_a_definition_that_changed_since_is_named() -> None:
    then = side("product-performance")
    frozen = replace(then.document, as_of=datetime(2026, 11, 1, tzinfo=UTC))
    kpis = tuple(replace(each, definition="Otherwise.") for each in frozen.kpis[:1])
    before = then._replace(document=replace(frozen, kpis=(*kpis, *frozen.kpis[1:])))
    assert set(compare(before, then).redefined) == {
        frozen.kpis[0].label,
        "Share of net sales",
        "Cumulative share",
        "Reversed per 100 sold",
    }


@pytest.mark.parametrize("damage", [b"", b"no gzip", packed([["a", "b"], ["1"]]), packed([[]])])
def test_what_cannot_be_read_is_unreadable(damage: bytes) -> None:
    then = side("revenue-overview")
    with pytest.raises(UnreadableReportError):
        compare(then, then._replace(csv=damage))
    with pytest.raises(UnreadableReportError):
        compare(then, with_cell(then, 1, "net_sales", "many"))
