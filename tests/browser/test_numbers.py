"""A tooltip, the table's cell and the CSV say the same number for the same thing."""

import re
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from babel import Locale
from playwright.sync_api import Page
from redis import Redis
from tests.browser.conftest import Open
from tests.browser.reports import REPORTS, csv_of, draw, ready, said, tooltips
from tests.support.samples import finished

from common.i18n.report_words import formatter_of
from common.reports.document.changes import change_from
from common.reports.document.metrics import Unit
from report_pages.formatting import DocumentFormatter

Rows = list[dict[str, str]]

TABLES = {
    "products": "product-performance",
    "fastest": "sales-velocity",
    "slowest": "sales-velocity",
}

COMPARED = ("now", "before", "difference", "change")
TABLE = """
    (table) => {
        const heads = [...table.tHead.rows[0].cells];
        const cells = (row) => heads.flatMap(({ dataset: { column } }, place) => {
            const cell = row.cells[place];
            const before = cell.querySelector("small");
            if (!before) return [[column, cell.innerText.trim()]];
            const told = [before.previousSibling.textContent.trim(), before.textContent.trim()];
            return [[column, told[0]], [`previous_${column}`, told[1]]];
        });
        return [...table.tBodies[0].rows].map((row) => Object.fromEntries(cells(row)));
    }
"""


def number(text: str | None) -> Decimal | None:
    """The number in an English text; None where there is none."""
    digits = re.sub(r"[^\d.−-]", "", text or "").replace("−", "-")
    return Decimal(digits) if any(each.isdigit() for each in digits) else None


def table(page: Page, selector: str) -> Rows:
    """The rows of a table by its columns' keys; what is folded away, too."""
    folded = "document.querySelectorAll('main details')"
    page.evaluate(f"{folded}.forEach((each) => (each.open = true))")
    rows: Rows = page.locator(selector).evaluate(TABLE)
    return rows


def told(page: Page, chart: str) -> list[dict[str, str]]:
    """The tooltip of each point: its title, and what follows each label."""
    points = []
    for title, *lines in tooltips(page, chart):
        parts = [line.rpartition(": ") for line in lines]
        points.append({"title": title} | {label: value for label, _, value in parts})
    return points


def previous(point: dict[str, str]) -> str | None:
    """What a tooltip says of the previous window."""
    return next((v for k, v in point.items() if k.startswith("5 weeks earlier")), None)


def percents(point: dict[str, str]) -> Decimal | None:
    """The change that a tooltip tells, if it tells it in percent."""
    said = point.get("Change", "")
    return number(said) if said.endswith("%") else None


def test_revenue_of_each_day_in_every_measure(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path).page)
    rows, cells = csv_of(page), table(page, "[data-table=daily][data-grain=day]")
    measures = page.get_by_label("Measure").locator("option").all()
    offered = {each.get_attribute("value"): each.inner_text() for each in measures}
    assert len(offered) == 12
    for key, label in offered.items():
        page.get_by_label("Measure").select_option(key)
        points = told(page, "daily")
        assert len(points) == len(rows) == len(cells) == 30
        for point, cell, row in zip(points, cells, rows, strict=True):
            assert point["title"] == cell["date"]
            assert number(point[label]) == number(cell[str(key)])
            before = f"previous_{key}"
            assert number(previous(point)) == number(cell[before])
            if key in row:
                assert number(point[label]) == number(row[str(key)])
                assert number(previous(point)) == number(row[before])
                assert percents(point) == number(row[f"{key}_change_percent"])
        if key in rows[0]:
            compare(table(page, "[data-table=daily][data-grain=day]"), rows, key)


def compare(cells: Rows, rows: Rows, key: str | None) -> None:
    """The table of the measure that is shown says what the CSV does."""
    for cell, row in zip(cells, rows, strict=True):
        now, before = Decimal(row[str(key)]), Decimal(row[f"previous_{key}"])
        assert (number(cell["now"]), number(cell["before"])) == (now, before)
        assert number(cell["difference"]) == now - before
        told = row[f"{key}_change_percent"]
        if told and cell["change"].endswith("%"):
            assert number(cell["change"].replace("+", "")) == Decimal(told)


def test_revenue_of_each_week(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path).page)
    rows, cells = csv_of(page), table(page, "[data-table=daily][data-grain=week]")
    page.get_by_role("button", name="Week", exact=True).click()
    weeks: list[Rows] = []
    for row in rows:
        starts = not weeks or date.fromisoformat(row["date"]).weekday() == 0
        if starts:
            weeks.append([])
        weeks[-1].append(row)
    for key, label in {
        "net_sales": "Net sales",
        "average_order_value": "Average order value",
    }.items():
        page.get_by_label("Measure").select_option(key)
        points = told(page, "daily")
        assert len(points) == len(weeks) == len(cells)
        for point, cell, days in zip(points, cells, weeks, strict=True):
            assert number(point[label]) == number(cell[key]) == _weekly(key, days)
            assert point["title"].endswith(f"({len(days)} days)") == (len(days) < 7)


def _weekly(key: str, days: Rows) -> Decimal:
    def total(column: str) -> Decimal:
        return sum((Decimal(day[column]) for day in days), Decimal(0))

    if key != "average_order_value":
        return total(key)
    average = (total("gross_sales") - total("discounts")) / total("orders")
    return average.quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def test_the_steps_from_gross_to_total(visit: Open, redis_client: Redis) -> None:
    """They are exact on the line: what a reader adds up comes out."""
    page = visit(ready(redis_client, "revenue-overview").path).page
    rows, cells = csv_of(page), table(page, "[data-steps=waterfall]")
    keys = ["gross_sales", "discounts", "returns", "net_sales", "shipping", "tax", "total_sales"]
    amounts = [number(each) for each in page.locator(".bridge b").all_inner_texts()]
    assert len(amounts) == len(cells) == len(keys)
    for key, amount, cell in zip(keys, amounts, cells, strict=True):
        whole = abs(sum(Decimal(row[key]) for row in rows))
        before = abs(sum(Decimal(row[f"previous_{key}"]) for row in rows))
        assert amount == number(cell["value"]) == whole
        assert number(cell["previous"]) == before
    gross, discounts, returns, net, shipping, tax, total = (each or Decimal(0) for each in amounts)
    assert gross - discounts - returns == net
    assert net + shipping + tax == total


@pytest.mark.parametrize("chart", ["daily", "weekdays"])
def test_velocity_of_days_and_weekdays(visit: Open, redis_client: Redis, chart: str) -> None:
    page = draw(visit(ready(redis_client, "sales-velocity").path).page)
    cells = table(page, f"[data-table={chart}]:not([data-grain=week])")
    points = told(page, chart)
    key, label = {
        "daily": ("units_sold", "Units sold"),
        "weekdays": ("units_sold_by_weekday", "Units on an average weekday"),
    }[chart]
    assert len(points) == len(cells)
    for point, cell in zip(points, cells, strict=True):
        assert number(point[label]) == number(cell[key])
        assert number(previous(point)) == number(cell[f"previous_{key}"])


def test_products_that_moved_most(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "product-performance", count=30).path).page)
    rows = {row["product"]: row for row in csv_of(page)}
    cells, points = table(page, "[data-table=movers]"), told(page, "movers")
    assert len(points) == len(cells) > 5
    for point, cell in zip(points, cells, strict=True):
        row = rows[cell["label"]]
        assert number(point["Net sales"]) == number(cell["net_sales"]) == number(row["net_sales"])
        difference = Decimal(row["net_sales"]) - Decimal(row["previous_net_sales"])
        assert number(cell["difference"]) == difference
        assert number(point["Difference in net sales"]) == difference
        assert point["Change"] == cell["change"]


def test_products_by_class(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "product-performance", count=30).path).page
    rows = csv_of(page)
    classes = page.locator("[data-table=top] tbody tr").all()
    for band, name in zip(classes, "ABC", strict=True):
        of = [Decimal(row["net_sales"]) for row in rows if row["abc_class"] == name]
        products, sales, _ = (number(each) for each in band.locator("td").all_inner_texts())
        assert band.locator("th").inner_text().strip().startswith(name)
        assert products == len(of)
        assert sales == sum(of)


@pytest.mark.parametrize("key", TABLES)
def test_cells_of_a_table(visit: Open, redis_client: Redis, key: str) -> None:
    page = visit(ready(redis_client, TABLES[key], count=30).path).page
    rows = {row["product"]: row for row in csv_of(page)}
    shown = page.locator(f"[data-table={key}]").get_attribute("data-measure")
    cells = table(page, f"[data-table={key}]")
    assert cells
    for cell in cells:
        row = rows[cell.pop("product")]
        names = " · ".join(filter(None, (row["sku"], row["category"])))
        assert cell.pop("previous_product", "") == names
        compare([{each: cell.pop(each) for each in COMPARED}], [row], shown)
        cell.pop("undefined")  # the bars' column has no key
        for column, text in cell.items():
            if column in ("sku", "category", "abc_class", "counted_at"):
                assert text == (row[column] or "–")
            else:
                assert number(text) == number(row[column]), column


@pytest.mark.parametrize(
    ("report", "language"),
    [
        (REPORTS[place % len(REPORTS)], each)
        for place, each in enumerate(("nl", "fr", "he", "zh-Hans"))
    ],
)
def test_other_languages_spell_alike(
    visit: Open, redis_client: Redis, report: str, language: str
) -> None:
    sample = ready(redis_client, report, currency="BHD", count=30)
    page = draw(visit(sample.path, locale=language).page)
    assert page.locator("html").get_attribute("lang") == language
    chart, selector, key = {
        "revenue-overview": ("daily", "[data-table=daily][data-grain=day]", "net_sales"),
        "sales-velocity": ("weekdays", "[data-table=weekdays]", "units_sold_by_weekday"),
        "product-performance": ("movers", "[data-table=movers]", "net_sales"),
    }[report]
    cells = table(page, selector)
    for index in (0, len(cells) - 1):
        lines: list[Any] = said(page, chart, index)
        for column in (key, f"previous_{key}"):
            assert any(cells[index][column] in line for line in lines[1:]), (lines, cells[index])


def test_an_axis_groups_all_its_numbers_or_none(visit: Open, redis_client: Redis) -> None:
    path = ready(redis_client, "revenue-overview", scale=900).path
    page = draw(visit(path, locale="de").page)
    told = page.locator("[data-plot=daily] canvas").evaluate(
        """(canvas) => Chart.getChart(canvas).scales.y.ticks
            .map(({ label }) => String(label).replace(/\\s/g, " "))"""
    )
    assert {"5.000 €", "10.000 €"} <= set(told)


def test_changes_of_rounded_figures_are_told_by_the_one_rule(
    visit: Open, redis_client: Redis
) -> None:
    page = visit(ready(redis_client, "sales-velocity").path).page
    figures = [(22, 1), (1, 22), (0, 1), (1, 0), (0, 0), (7, 7), (-50, 2), (-3, -7), (1, 10_000)]
    percents = [None, 0, 5, -10_000, 100_000, 100_001, 190_000, 190_050, -100_001]
    asked = [(told, *each) for told in percents for each in figures]
    shown = page.evaluate(
        """(asked) => asked.map((numbers) => {
            const big = numbers.map((each) => (each === null ? null : BigInt(each)));
            const { changeFrom } = globalThis.salesReport.fixedPoint;
            const { kind, value } = changeFrom(...big, { unit: "ratio", reduction: false });
            return [kind, Number(value)];
        })""",
        asked,
    )
    wanted = [change_from(*each) for each in asked]
    assert shown == [[each.kind, each.value] for each in wanted]


SPELLED = """
    ([figures, dates, days]) => {
        const island = [...document.scripts].map((each) => each.textContent)
            .find((text) => text.includes('"exponents"'));
        const { annotations, numberFormat } = globalThis.salesReport;
        const known = JSON.parse(island).figures;
        const page = { figures: new numberFormat.Figures({ ...known, dates }) };
        return [
            figures.map(([value, unit]) => annotations.brief(page, value, unit)),
            days.map((day) => page.figures.day(day, "date")),
        ];
    }
"""
BRIEF = (0, 4, 5, 6, 200, 205, 1_234, 1_235, 9_994, 9_995, 9_999, 10_049, 10_050, 12_345, 123_450)


@pytest.mark.parametrize("language", ["de", "he", "ja", "pl"])
def test_the_script_shortens_figures_and_writes_days_as_the_server(
    visit: Open, redis_client: Redis, language: str
) -> None:
    sample = ready(redis_client, "revenue-overview")
    page = visit(sample.path, locale=language).page
    wording = formatter_of(Locale.parse(language))
    figures = DocumentFormatter(finished("revenue-overview", sample.window).document, wording)
    units = (Unit.PERCENT, Unit.MONEY, Unit.COUNT)
    asked = [(sign * value, unit) for value in BRIEF for sign in (1, -1) for unit in units]
    days = [date(2026, month, month + 9) for month in range(1, 13)]
    calendar = wording.calendar
    told = page.evaluate(
        SPELLED, [asked, calendar.weekday_parts(), [day.isoformat() for day in days]]
    )
    assert told[0] == [figures.brief(*each) for each in asked]
    assert told[1] == [calendar.weekday(day) for day in days]


AXIS = """
    (axes) => {
        const island = [...document.scripts].map((each) => each.textContent)
            .find((text) => text.includes('"exponents"'));
        const { Figures } = globalThis.salesReport.numberFormat;
        const figures = new Figures(JSON.parse(island).figures);
        return axes.map(([unit, numbers]) => figures.axis(unit, numbers.map(Number))
            .map((told) => told.replace(/\\s/g, " ")));
    }
"""
STEPS = {
    "en-GB": {
        "percent": ("0 0.5 1 1.5 2", "0.0% 0.5% 1.0% 1.5% 2.0%"),
        "money": ("-0.1 -0.05 -0", "−€0.10 −€0.05 €0.00"),
        "points": ("0 250 500 750 1000 1250", "0 250 500 750 1K 1.25K"),
    },
    "de": {
        "percent": ("-0.25 -0 0.25", "−0,25\xa0% 0,00\xa0% 0,25\xa0%"),
        "money": ("0 0.05 0.1", "0,00\xa0€ 0,05\xa0€ 0,10\xa0€"),
        "points": ("0 2500 5000", "0 2.500 5.000"),
    },
    "ja": {
        "percent": ("0 20 40", "0% 20% 40%"),
        "money": ("0 2500 10000 12500", "€0 €2,500 €1万 €1.25万"),
        "points": ("0 0.002 0.004", "0.000 0.002 0.004"),
    },
}


@pytest.mark.parametrize("language", STEPS)
def test_an_axis_tells_each_of_its_numbers_exactly(
    visit: Open, redis_client: Redis, language: str
) -> None:
    path = ready(redis_client, "revenue-overview").path
    page = visit(path, locale=language).page
    axes = [(unit, ticks.split(" ")) for unit, (ticks, _) in STEPS[language].items()]
    wanted = [told.replace("\xa0", "_").split(" ") for _, told in STEPS[language].values()]
    shown = page.evaluate(AXIS, axes)
    assert shown == [[each.replace("_", " ") for each in told] for told in wanted]
    small = [
        (unit, [f"{step * place}e{exponent}" for place in range(-3, 4)])
        for unit in STEPS[language]
        for exponent in range(-3, 10)
        for step in (1, 2, 2.5, 5)
    ]
    for axis, told in zip(small, page.evaluate(AXIS, small), strict=True):
        assert len(set(told)) == len(told), axis
