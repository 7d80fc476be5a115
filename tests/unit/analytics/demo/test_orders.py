"""Orders and refunds of the demo: the same on every run, and such as a shop could have."""

from collections import Counter
from datetime import date, timedelta

import pytest

from analytics.demo.orders import orders_of
from analytics.demo.returns import LONGEST_DELAY_DAYS, refunds_of
from analytics.demo.rows import Feed, days
from analytics.demo.shops import KOMOREBI, NORDLICHT, SHOPS

FIRST, LAST = date(2026, 2, 20), date(2026, 4, 10)


def read(shop, first, last, opened=None):
    feed = Feed(shop, first, last, opened or first)
    return list(feed.order_lines()), list(feed.refunds())


@pytest.fixture(scope="module")
def sales():
    """Every order of some weeks (the clock change among them) with all its refunds."""
    return [
        (day, order, refunds_of(NORDLICHT, day, order, random))
        for day in days(FIRST, LAST)
        for order, random in orders_of(NORDLICHT, day)
    ]


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.slug)
def test_the_same_days_are_the_same_sales(shop):
    assert read(shop, FIRST, LAST) == read(shop, FIRST, LAST)


def test_days_loaded_one_by_one_are_the_days_loaded_at_once():
    whole_lines, whole_refunds = read(KOMOREBI, FIRST, LAST)
    lines, refunds = [], []
    for day in days(FIRST, LAST):
        day_lines, day_refunds = read(KOMOREBI, day, day, opened=FIRST)
        lines += day_lines
        refunds += day_refunds
    assert [row[1:] for row in lines] == [row[1:] for row in whole_lines]
    assert sorted(row[1:4] for row in refunds) == sorted(row[1:4] for row in whole_refunds)


def test_an_order_belongs_to_the_local_day_it_is_paid_on(sales):
    for day, order, _ in sales:
        if order.paid_at is not None:
            assert order.paid_at.astimezone(NORDLICHT.zone).date() == day
            assert timedelta() < order.paid_at - order.placed_at < timedelta(days=4)


def test_the_hour_that_does_not_exist_is_no_trouble():
    paid = [order.paid_at for order, _ in orders_of(NORDLICHT, date(2026, 3, 29))]
    assert all(
        instant.astimezone(NORDLICHT.zone).date() == date(2026, 3, 29)
        for instant in paid
        if instant is not None
    )


def test_ids_are_unique(sales):
    orders = [order.order_id for _, order, _ in sales]
    assert len(set(orders)) == len(orders)
    refunds = [(row.refund_id, row.line_no) for _, _, rows in sales for row in rows]
    assert len(set(refunds)) == len(refunds)


def test_amounts_add_up(sales):
    for _, order, _ in sales:
        assert sum(line.order_discount for line in order.lines) == order.discount
        assert all(line.net >= 0 for line in order.lines)
        assert (order.coupon_code is None) == (order.discount == 0)
        assert len({line.product.product_id for line in order.lines}) == len(order.lines)


def test_no_more_comes_back_than_was_sold_and_none_too_early_or_late(sales):
    for day, order, refunds in sales:
        assert sum(row.shipping for row in refunds) <= order.shipping
        assert sum(row.tax for row in refunds) <= order.tax
        for row in refunds:
            assert row.processed_at > order.paid_at
            back = row.processed_at.astimezone(NORDLICHT.zone).date()
            assert back <= day + timedelta(days=LONGEST_DELAY_DAYS)
            if row.line_no is not None:
                line = order.lines[row.line_no - 1]
                assert 0 < row.quantity <= line.quantity
                assert row.amount <= line.net


def test_a_cancelled_order_is_taken_back_whole(sales):
    cancelled = [(order, rows) for _, order, rows in sales if rows and rows[0].kind == "cancel"]
    assert cancelled
    for order, rows in cancelled:
        assert sum(row.amount for row in rows) == sum(line.net for line in order.lines)
        assert sum(row.tax for row in rows) == order.tax


def test_shares_are_such_as_a_shop_could_have(sales):
    count = len(sales)
    lines = [line for _, order, _ in sales for line in order.lines]
    assert 1.8 < len(lines) / count < 2.6
    assert 0.002 < sum(order.paid_at is None for _, order, _ in sales) / count < 0.015
    assert 0.06 < sum(bool(rows) for _, _, rows in sales) / count < 0.2
    assert 0.3 < sum(not order.customer.is_new for _, order, _ in sales) / count < 0.55
    assert 0.1 < sum(order.coupon_code is not None for _, order, _ in sales) / count < 0.35
    channels = Counter(order.channel for _, order, _ in sales)
    assert channels.most_common(1)[0][0] == "web"
    assert len(channels) == 5
    assert len({order.customer.home.region for _, order, _ in sales}) >= 12


def test_a_few_stars_and_a_long_tail(sales):
    sold = Counter(line.product.product_id for _, order, _ in sales for line in order.lines)
    ranked = [pieces for _, pieces in sold.most_common()]
    assert sum(ranked[:6]) > 0.1 * sum(ranked)
    assert sum(ranked[: len(ranked) // 5]) > 0.4 * sum(ranked)
    assert len(ranked) > 250


def test_some_returns_are_partial_and_some_refunds_are_of_shipping_alone(sales):
    rows = [(order, row) for _, order, rows in sales for row in rows]
    assert any(row.line_no is None and row.shipping for _, row in rows)
    assert any(
        row.line_no and row.quantity < order.lines[row.line_no - 1].quantity for order, row in rows
    )
