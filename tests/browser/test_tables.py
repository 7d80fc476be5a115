"""Tables are sorted by any column and searched, by mouse and by keyboard."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from redis import Redis
from tests.browser.conftest import Open
from tests.browser.reports import csv_of, ready, settings, until
from tests.support.samples import Sample

LIVE = "[role=status][aria-live=polite]"
PRODUCTS = "table[data-table=products]"


def column(page: Page, key: str, table: str = PRODUCTS) -> list[str]:
    """What is shown of a table's column, from top to bottom."""
    return list(
        page.locator(table).evaluate(
            """(table, key) => {
                const heads = [...table.tHead.rows[0].cells];
                const place = heads.findIndex((each) => each.dataset.column === key);
                return [...table.tBodies[0].rows]
                    .filter((row) => !row.hidden)
                    .map((row) => {
                        const before = row.cells[place].querySelector("small");
                        return (before?.previousSibling.textContent ?? row.cells[place].innerText)
                            .trim();
                    });
            }""",
            key,
        )
    )


def explored(visit: Open, sample: Sample, hash_: str = "", **options: Any) -> Page:
    """The page with all of its products, every one of them in the table."""
    page = visit(sample.path + hash_, **options).page
    until(page, "() => Boolean(document.querySelector('.more-rows'))")
    while page.locator(".more-rows button").is_visible():
        page.locator(".more-rows button").click()
    return page


def numbers(texts: list[str]) -> list[float]:
    """Those of the texts that are numbers."""
    digits = (re.sub(r"[^\d.-]", "", text.replace("−", "-")) for text in texts)
    return [float(each) for each in digits if each]


def test_numbers_are_sorted_as_numbers(visit: Open, redis_client: Redis) -> None:
    page = explored(visit, ready(redis_client, "product-performance"))
    page.locator("#products .more-measures > summary").click()
    for key in ("net_sales", "returns", "rank_change", "refund_rate_percent"):
        sorts_numbers(page, key)


def sorts_numbers(page: Page, key: str) -> None:
    """By a click downwards, by a key upwards, and by another as it was."""
    head = page.locator(f"{PRODUCTS} th.all[data-column={key}]")
    before = column(page, key)
    sums = page.locator(f"{PRODUCTS} tfoot").inner_text()
    head.locator("button.sort").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    shown = column(page, key)
    assert numbers(shown) == sorted(numbers(before), reverse=True)
    assert shown[len(numbers(shown)) :] == ["–"] * (len(shown) - len(numbers(shown)))
    expect(page.locator(LIVE)).to_contain_text("descending")
    head.locator("button.sort").press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    shown = column(page, key)
    assert numbers(shown) == sorted(numbers(before))
    assert shown[len(numbers(shown)) :] == ["–"] * (len(shown) - len(numbers(shown)))
    head.locator("button.sort").press("Space")
    assert head.get_attribute("aria-sort") is None
    assert column(page, key) == before
    assert page.locator(f"{PRODUCTS} tfoot").inner_text() == sums
    assert settings(page) == {}


def test_names_are_sorted_as_the_language_does(visit: Open, redis_client: Redis) -> None:
    sample = ready(redis_client, "product-performance", title="Österreichischer Krug")
    page = explored(visit, sample, locale="de")
    head = page.locator(f"{PRODUCTS} th[data-column=product]")
    head.locator("button.sort").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    shown = column(page, "product")
    assert shown[0] == "Bowl"
    place = shown.index("Österreichischer Krug")
    assert shown[place - 1] == "Oil can"
    assert shown[place + 1] == "Peppermill"


@pytest.mark.parametrize("grain", ["day", "week"])
def test_the_twin_of_a_chart_is_sorted_by_the_charts_numbers(
    visit: Open, redis_client: Redis, grain: str
) -> None:
    page = visit(ready(redis_client, "revenue-overview").path).page
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    table = f"table[data-table=daily][data-grain={grain}]"
    dates = {"day": "date", "week": "week"}[grain]
    days = column(page, dates, table)
    for key in ("average_order_value", "net_sales"):
        page.locator(f"{table} th[data-column={key}]").locator("button.sort").click()
        shown = numbers(column(page, key, table))
        assert shown == sorted(shown, reverse=True)
    head = page.locator(f"{table} th[data-column={dates}]")
    head.locator("button.sort").click()
    assert column(page, dates, table) == days[::-1]
    head.locator("button.sort").click()
    assert column(page, dates, table) == days


def test_all_products_are_searched(visit: Open, redis_client: Redis) -> None:
    sample = ready(redis_client, "product-performance", title="Crème-Brûlée „Schäle“", count=419)
    page = visit(sample.path).page
    box = page.get_by_label("Search 419 products")
    for typed in ("creme brulee", "BRÛLÉE cr", "  schale "):
        box.fill(typed)
        assert column(page, "product") == ["Crème-Brûlée „Schäle“"]
        expect(page.locator(LIVE)).to_have_text("1 of 419 rows")
    box.fill("sku-0418")
    assert column(page, "sku") == ["SKU-0418"]
    box.fill("p-0417")
    assert column(page, "category") == ["Kitchen"]
    box.fill("<script> nothing like it")
    assert column(page, "product") == []
    expect(page.locator("[data-tools=products]")).to_contain_text("0 of 419 rows")
    assert page.locator(f"{PRODUCTS} tfoot tr:visible").count() == 0
    box.fill("")
    assert len(column(page, "product")) == 25
    assert settings(page) == {}


@pytest.mark.parametrize("report", ["product-performance", "sales-velocity"])
def test_the_rows_of_the_csv_are_those_of_the_server(
    visit: Open, redis_client: Redis, report: str
) -> None:
    """What the script draws of the first rows is what stood there before, to the letter."""
    sample = ready(redis_client, report, title="=1+1, “'\n\"„Schäle“", count=419)
    plain = visit(sample.path, java_script_enabled=False, locale="fr").page
    drawn = explored(visit, sample, locale="fr")
    table = "table[data-of]"
    told = [
        page.locator(table).evaluate(
            """(table) => [...table.tBodies[0].rows].slice(0, 10).map((row) =>
                [...row.cells].map((cell) => [cell.className, cell.textContent.trim(),
                    ...[...cell.querySelectorAll("rect")].map((each) =>
                        each.getAttribute("width") ?? each.getAttribute("x"))]))"""
        )
        for page in (plain, drawn)
    ]
    assert told[0] == told[1]
    assert drawn.locator(f"{table} tbody tr").count() == 419


def test_lists_of_products(visit: Open, redis_client: Redis) -> None:
    sample = ready(redis_client, "product-performance", count=419)
    page = explored(visit, sample)
    rows = csv_of(page)

    def differences(sign: int) -> list[float]:
        found = (float(r["net_sales"]) - float(r["previous_net_sales"]) for r in rows)
        return sorted(
            (round(each, 2) for each in found if each * sign > 0), key=lambda n: -n * sign
        )

    for list_, key, wanted in (
        ("Gaining", "difference", differences(1)[:25]),
        ("Losing", "difference", differences(-1)[:25]),
        ("Most reversed", "now", sorted(float(r["returns"]) for r in rows)[:25]),
        ("Best", "now", sorted((float(r["net_sales"]) for r in rows), reverse=True)[:25]),
    ):
        page.get_by_role("button", name=list_, exact=True).click()
        shown = numbers(column(page, key))[:25]
        assert shown == [each for each in wanted if each][: len(shown)], list_
    assert settings(page) == {}


def test_products_of_a_class_and_a_category_by_another_measure(
    visit: Open, redis_client: Redis
) -> None:
    sample = ready(redis_client, "product-performance", count=419)
    page = explored(visit, sample, "#products.class=B&products.measure=units_sold")
    page.get_by_label("Category", exact=True).select_option("Textiles")
    rows = [r for r in csv_of(page) if (r["abc_class"], r["category"]) == ("B", "Textiles")]
    expect(page.locator(f"{PRODUCTS} [data-column=now]")).to_contain_text("Units sold")
    told = [int(each) for each in numbers(column(page, "now"))]
    assert told == sorted((int(r["units_sold"]) for r in rows), reverse=True)[: len(told)]
    assert len(told) == min(len(rows), 25)
    sums = page.locator(f"{PRODUCTS} tfoot tr").last.locator("td").first
    everything = sum(int(r["units_sold"]) for r in csv_of(page))
    expect(sums).to_have_text(f"{everything:,}")


SUMMED = """
    (table) => {
        const digits = (row) => row.cells[1].innerText.replace(/[^\\d.−]/g, "");
        const number = (row) => Number(digits(row).replace("−", "-"));
        const shown = [...table.rows].slice(1).filter((row) => !row.hidden);
        const sums = shown.map(number);
        const others = shown.some((row) => "others" in row.dataset);
        return [others, sums.pop(), sums.reduce((sum, each) => sum + each, 0)];
    }
"""
"""Whether the line of the others is shown, the last sum, and that of the lines above it."""


def test_the_other_products_are_those_that_are_not_shown(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "product-performance", count=60).path).page
    until(page, "() => Boolean(document.querySelector('.more-rows'))")
    measure = page.get_by_role("combobox", name="Key figures")
    offered = measure.locator("option").evaluate_all("(all) => all.map(({ value }) => value)")
    told = {}
    for key in offered:
        measure.select_option(key)
        others, total, above = page.locator(PRODUCTS).evaluate(SUMMED)
        told[key] = others
        assert not others or above == pytest.approx(total), key
    assert told["net_sales"]
    assert not all(told.values())
    measure.select_option("net_sales")
    page.get_by_label("Search 60 products").fill("textiles")
    assert not page.locator(PRODUCTS).evaluate(SUMMED)[0]


def test_products_of_a_large_shop_by_pages(visit: Open, redis_client: Redis) -> None:
    sample = ready(redis_client, "product-performance", count=2_011)
    visited = visit(sample.path)
    page = visited.page
    page.locator(".more-rows select").select_option(label="2,001 to 2,011 of 2,011")
    until(page, "() => document.querySelector('[data-table=products]').tBodies[0].rows.length < 12")
    assert [int(each) for each in numbers(column(page, "rank"))] == list(range(2_001, 2_012))
    assert not visited.complaints


def test_views_of_a_large_shop_are_of_all_its_products(visit: Open, redis_client: Redis) -> None:
    """Its other pages are read when a view asks for them, and never before."""
    sample = ready(redis_client, "product-performance", count=2_011, title="Zither")
    visited = visit(sample.path)
    page = visited.page
    rows = csv_of(page)
    last = next(each for each in reversed(rows) if each["sku"])
    box = page.get_by_label("Search 2,011 products")
    assert not [each for each in visited.requests if each.endswith("/rows/2")]
    box.fill(last["sku"])
    expect(page.locator("[data-tools=products]")).to_contain_text("1 of 2,011 rows")
    assert column(page, "product") == [last["product"]]
    assert not page.locator(".more-rows select").is_visible()
    box.fill("")
    expect(page.locator(".more-rows select")).to_be_visible()
    losses = sorted(float(each["net_sales"]) - float(each["previous_net_sales"]) for each in rows)
    page.get_by_role("button", name="Losing", exact=True).click()
    assert numbers(column(page, "difference")) == pytest.approx(losses[:25])
    page.get_by_role("combobox", name="Key figures").select_option("units_sold")
    page.get_by_role("button", name="Best", exact=True).click()
    most = sorted((int(each["units_sold"]) for each in rows), reverse=True)
    assert numbers(column(page, "now")) == most[:25]
    classes = (
        page.get_by_label("ABC class")
        .locator("option")
        .evaluate_all("(all) => all.map(({ value }) => value)")
    )
    assert classes == sorted({each["abc_class"] for each in rows})
    page.get_by_label("ABC class", exact=True).select_option("C")
    found = sum(each["abc_class"] == "C" for each in rows)
    expect(page.locator("[data-tools=products]")).to_contain_text(f"{found:,} of 2,011 rows")
    assert len([each for each in visited.requests if each.endswith("/rows/2")]) == 1
    assert not visited.complaints


def test_where_not_all_rows_come_the_page_says_of_which_it_tells(
    visit: Open, redis_client: Redis
) -> None:
    def newer(page: Page) -> None:
        headers = {"X-Data-As-Of": "2031-01-01T00:00:00.000Z"}
        page.route("**/rows/2", lambda route: route.fulfill(headers=headers, body="rank\r\n1\r\n"))

    sample = ready(redis_client, "product-performance", count=2_011)
    visited = visit(sample.path, before=newer)
    page = visited.page
    pages = page.locator(".more-rows select")
    pages.select_option(label="2,001 to 2,011 of 2,011")
    expect(page.locator(".more-rows")).to_contain_text("Not all products could be read.")
    expect(pages).to_have_value("1")
    assert numbers(column(page, "rank")) == list(range(1, 26))
    page.get_by_label("Search 2,011 products").fill("nothing like it")
    tools = page.locator("[data-tools=products]")
    expect(tools).to_contain_text("0 of 2,000 rows · 1 to 2,000 of 2,011")
    assert page.get_by_label("Search these 2,000 products").is_visible()
    assert not [each for each in visited.complaints if "rows: other data" not in each]


def test_without_their_rows_the_products_shown_are_searched(
    visit: Open, redis_client: Redis
) -> None:
    def without(page: Page) -> None:
        page.route("**/rows", lambda route: route.abort())

    page = visit(ready(redis_client, "product-performance", count=60).path, before=without).page
    assert page.locator(PRODUCTS).evaluate(SUMMED)[0]
    page.get_by_label("Search these 25 products").fill("textiles")
    assert not page.locator(PRODUCTS).evaluate(SUMMED)[0]
    page.locator(f"{PRODUCTS} th[data-column=now] button.sort").click()
    assert set(column(page, "category")) == {"Textiles"}
    shown = numbers(column(page, "now"))
    assert shown == sorted(shown, reverse=True)


def test_rows_of_newer_data_are_not_put_under_the_pages_figures(
    visit: Open, redis_client: Redis
) -> None:
    def newer(page: Page) -> None:
        def answer(route: Route) -> None:
            headers = {"X-Data-As-Of": "2031-01-01T00:00:00.000Z"}
            route.fulfill(
                headers=headers, content_type="text/csv", body="rank,title\r\n1,Newer\r\n"
            )

        page.route("**/rows", answer)

    page = visit(ready(redis_client, "product-performance", count=60).path, before=newer).page
    page.get_by_label("Search these 25 products").wait_for()
    assert "Newer" not in page.content()


def test_rows_that_are_still_written_are_asked_for_again(visit: Open, redis_client: Redis) -> None:
    asked = []

    def late(page: Page) -> None:
        def answer(route: Route) -> None:
            asked.append(route.request.url)
            if len(asked) > 1:
                route.continue_()
            else:
                route.fulfill(status=503, headers={"Retry-After": "1"})

        page.route("**/rows", answer)

    page = visit(ready(redis_client, "product-performance", count=60).path, before=late).page
    page.get_by_label("Search 60 products").wait_for()
    assert len(asked) == 2


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("report", ["product-performance", "sales-velocity"])
def test_products_are_whole_names_beside_bars(
    visit: Open, redis_client: Redis, report: str, script: bool
) -> None:
    title = "Donaudampfschifffahrtsgesellschaftskapitänsmütze in Rot – Herbstausgabe 2026"
    path = ready(redis_client, report, title=title, count=60).path
    page = visit(path, java_script_enabled=script, locale="de").page
    if script:
        until(page, "() => Boolean(document.querySelector('.more-rows'))")
    table = page.locator("table[data-of]")
    name = table.locator("tbody th > bdi", has_text=title)
    room = "(table) => table.offsetWidth - table.parentElement.clientWidth"
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert name.evaluate("(name) => name.scrollHeight - name.clientHeight") <= 1
        assert table.evaluate(room) <= 0, width
        for other in page.locator("details[open] table").all():
            assert other.evaluate(room) <= 0, width
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width


def test_the_bar_of_classes_is_whole(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "product-performance", count=60).path).page
    parts = page.locator(".stack rect").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect().width)"
    )
    assert len(parts) == 3
    assert abs(sum(parts) - page.locator(".stack").evaluate("(all) => all.clientWidth")) < 1


def test_a_head_ends_where_its_numbers_do(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "product-performance").path).page
    apart = page.locator(PRODUCTS).evaluate(
        """(table) => {
            const end = (cell) => {
                const range = document.createRange();
                range.selectNodeContents(cell);
                return Math.max(...[...range.getClientRects()].map((each) => each.right));
            };
            const head = table.querySelector("thead [data-column=now]");
            const number = table.tBodies[0].rows[0].cells[1];
            return Math.abs(end(head.querySelector(".sort")) - end(number));
        }"""
    )
    assert apart <= 1


def test_sorted_and_searched_at_once(visit: Open, redis_client: Redis) -> None:
    page = explored(visit, ready(redis_client, "product-performance"))
    page.get_by_label("Search 120 products").fill("textiles")
    page.locator(f"{PRODUCTS} th[data-column=now] button.sort").click()
    page.locator(f"{PRODUCTS} th[data-column=now] button.sort").click()
    assert set(column(page, "category")) == {"Textiles"}
    shown = numbers(column(page, "now"))
    assert shown == sorted(shown)
    assert settings(page) == {"products.find": "textiles", "products.sort": "now"}


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_a_table_of_weeks_has_room_and_all_measures_behind_a_button(
    visit: Open, redis_client: Redis, width: int
) -> None:
    """Without script: the button is the browser's own."""
    path = ready(redis_client, "revenue-overview", scale=9_000).path
    size = {"width": width, "height": 844}
    page = visit(path, viewport=size, java_script_enabled=False).page
    table = page.locator("table[data-grain=week]")
    heads = table.locator("thead > tr > *").locator("visible=true")
    assert heads.count() <= 6
    room = "(table) => table.offsetWidth - table.parentElement.clientWidth"
    assert table.evaluate(room) <= 0
    page.locator(".more-measures > summary").first.click()
    assert heads.count() == 13
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_table_follows_the_measure_of_its_chart(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "revenue-overview").path + "#daily.sort=-now").page
    table = "table[data-grain=week]"
    told = {key: column(page, key, table) for key in ("now", "orders")}
    assert numbers(told["now"]) == sorted(numbers(told["now"]), reverse=True)
    page.evaluate("new globalThis.salesReport.View('daily').set('measure', 'orders')")
    expect(page.locator(f"{table} [data-column=now]")).to_contain_text("Orders")
    shown = column(page, "now", table)
    assert numbers(shown) == sorted(numbers(told["orders"]), reverse=True)
    place = page.locator(f"{table} thead th.all").evaluate_all(
        "(heads) => heads.findIndex(({ dataset }) => dataset.column === 'orders')"
    )
    assert (
        page.locator(f"{table} tfoot td").nth(0).inner_text()
        == page.locator(f"{table} tfoot td.all").evaluate_all(
            "(cells) => cells.map((each) => each.firstChild.textContent)"
        )[place]
    )
