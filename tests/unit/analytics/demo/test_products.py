"""The demo's range: stars and a long tail, launches that never move, prices that rise in steps."""

from datetime import date, timedelta

import pytest

from analytics.demo.products import range_on
from analytics.demo.shops import KOMOREBI, NORDLICHT, SHOPS

DAY = date(2026, 5, 2)


@pytest.mark.parametrize("year", [2024, 2026, 2031])
def test_the_range_has_about_the_same_size_whenever_the_demo_runs(year):
    assert 320 <= len(range_on(NORDLICHT, date(year, 5, 2))) <= 370
    assert 60 <= len(range_on(KOMOREBI, date(year, 5, 2))) <= 75


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.slug)
def test_products_are_told_apart_by_id_title_and_sku(shop):
    products = {}
    for week in range(104):
        for product in range_on(shop, DAY + timedelta(weeks=week)):
            products[product.product_id] = product
    assert len({product.title for product in products.values()}) == len(products)
    assert len({product.sku for product in products.values()}) == len(products)
    assert len({product.category.name for product in products.values()}) == 8


def test_new_products_come_and_go():
    before, after = range_on(NORDLICHT, DAY), range_on(NORDLICHT, DAY + timedelta(days=365))
    launched = set(after) - set(before)
    retired = set(before) - set(after)
    assert 25 <= len(launched) <= 50
    assert 25 <= len(retired) <= 50
    assert all(DAY < product.launched <= DAY + timedelta(days=365) for product in launched)


def test_a_price_never_falls_and_rises_at_most_once_a_year():
    for product in range_on(NORDLICHT, DAY)[:80]:
        days = [max(product.launched, date(2025, 1, 1)) + timedelta(days=n) for n in range(365)]
        prices = [product.price_on(NORDLICHT, day) for day in days]
        assert prices == sorted(prices)
        assert len(set(prices)) <= 2
        assert all(price % 100 == 90 for price in prices)
        assert 0 < product.unit_cost < prices[0]


def test_prices_in_yen_are_whole_and_plausible():
    prices = [product.price_on(KOMOREBI, DAY) for product in range_on(KOMOREBI, DAY)]
    assert all(price % 100 == 80 for price in prices)
    assert 1_000 < min(prices) < max(prices) < 50_000
