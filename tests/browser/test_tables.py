"""Tables are sorted by any column and searched, by mouse and by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect
from redis import Redis
from tests.browser.conftest import Open
from tests.browser.reports import ready, settings

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


def numbers(texts: list[str]) -> list[float]:
    """Those of the texts that are numbers."""
    digits = (re.sub(r"[^\d.-]", "", text.replace("−", "-")) for text in texts)
    return [float(each) for each in digits if each]


@pytest.mark.parametrize("key", ["net_sales", "returns", "rank_change", "refund_rate_percent"])
def test_numbers_are_sorted_as_numbers(visit: Open, redis_client: Redis, key: str) -> None:
    page = visit(ready(redis_client, "product-performance").path).page
    head = page.locator(f"{PRODUCTS} th[data-column={key}]")
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
    page = visit(sample.path, locale="de").page
    head = page.locator(f"{PRODUCTS} th[data-column=product]")
    head.locator("button.sort").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    shown = column(page, "product")
    assert shown[0] == "Bowl"
    place = shown.index("Österreichischer Krug")
    assert shown[place - 1] == "Oak board"
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


def test_products_are_searched(visit: Open, redis_client: Redis) -> None:
    sample = ready(redis_client, "product-performance", title="Crème-Brûlée „Schäle“")
    page = visit(sample.path).page
    box = page.get_by_label("Search these")
    total = len(column(page, "product"))
    for typed in ("creme brulee", "BRÛLÉE cr", "  schale "):
        box.fill(typed)
        assert column(page, "product") == ["Crème-Brûlée „Schäle“"]
        expect(page.locator(LIVE)).to_have_text(f"1 of {total} rows")
    box.fill("sku-0004")
    assert column(page, "sku") == ["SKU-0004"]
    box.fill("<script> nothing like it")
    assert column(page, "product") == []
    expect(page.locator("[data-tools=products]")).to_contain_text(f"0 of {total} rows")
    assert page.locator(f"{PRODUCTS} tfoot tr").first.is_visible()
    box.fill("")
    assert len(column(page, "product")) == total
    assert settings(page) == {}


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_the_products_in_front_are_whole_names_beside_bars(
    visit: Open, redis_client: Redis, width: int, script: bool
) -> None:
    title = "Donaudampfschifffahrtsgesellschaftskapitänsmütze in Rot – Herbstausgabe 2026"
    path = ready(redis_client, "product-performance", title=title, count=60).path
    size = {"width": width, "height": 844}
    page = visit(path, viewport=size, java_script_enabled=script, locale="de").page
    top = page.locator("[data-table=top]")
    name = top.locator("tbody th bdi", has_text=title)
    assert name.evaluate("(name) => name.scrollHeight - name.clientHeight") <= 1
    assert top.evaluate("(table) => table.offsetWidth - table.parentElement.clientWidth") <= 0
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    parts = page.locator(".stack rect").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect().width)"
    )
    assert len(parts) == 3
    assert abs(sum(parts) - page.locator(".stack").evaluate("(all) => all.clientWidth")) < 1


@pytest.mark.parametrize("key", ["change", "share", "previous_net_sales"])
def test_the_products_in_front_are_sorted(visit: Open, redis_client: Redis, key: str) -> None:
    page = visit(ready(redis_client, "product-performance").path).page
    table = "[data-table=top]"
    assert page.locator(f"{table} thead td button").count() == 0
    before = numbers(column(page, key, table))
    page.locator(f"{table} th[data-column={key}] button.sort").click()
    assert numbers(column(page, key, table)) == sorted(before, reverse=True)


def test_what_a_product_brought_stands_beside_it(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "product-performance", count=60).path).page
    keys = page.locator(f"{PRODUCTS} thead th").evaluate_all(
        "(heads) => heads.map((each) => each.dataset.column)"
    )
    assert keys[:3] == ["rank", "product", "net_sales"]
    assert keys[-2:] == ["sku", "category"]
    assert page.get_by_label("Search these 25 products").is_visible()


def test_a_head_ends_where_its_numbers_do(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "product-performance").path).page
    apart = page.locator(PRODUCTS).evaluate(
        """(table) => {
            const end = (cell) => {
                const range = document.createRange();
                range.selectNodeContents(cell);
                return Math.max(...[...range.getClientRects()].map((each) => each.right));
            };
            const head = table.querySelector("thead [data-column=net_sales]");
            const number = table.tBodies[0].rows[0].cells[2];
            return Math.abs(end(head.querySelector(".sort")) - end(number));
        }"""
    )
    assert apart <= 1


def test_sorted_and_searched_at_once(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "product-performance").path).page
    page.get_by_label("Search these").fill("textiles")
    page.locator(f"{PRODUCTS} th[data-column=net_sales]").locator("button.sort").click()
    page.locator(f"{PRODUCTS} th[data-column=net_sales]").locator("button.sort").click()
    assert set(column(page, "category")) == {"Textiles"}
    shown = numbers(column(page, "net_sales"))
    assert shown == sorted(shown)
    assert settings(page) == {"products.find": "textiles", "products.sort": "net_sales"}


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
