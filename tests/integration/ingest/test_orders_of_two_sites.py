"""Two sites of WooCommerce, connected to one shop, number their orders alike: both count."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.integration.ingest.test_connections_of_one_shop import NO_SALES, at_woocommerce
from tests.integration.ingest.test_webhook_law import IN_ONE_DATABASE, bring_in
from tests.support import inboxes
from tests.support.webhook_shop import WebhookShop
from tests.support.woocommerce_file import file_of
from tests.unit.ingest.formats.woocommerce.test_refund_rows import file, refund, rows
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import Line, Sold

from ingest.formats.detect import format_of
from ingest.import_files import FileKind, ImportFile, import_files
from ingest.webhooks.work import work_off

NET = """
    SELECT coalesce((SELECT sum(unit_price * quantity) FROM order_lines), 0)::bigint
         - coalesce((SELECT sum(amount) FROM refunds), 0)::bigint
"""
NAMES = "SELECT external_id FROM orders ORDER BY id"
PLACED = {"a": datetime(2026, 3, 2, 12, tzinfo=UTC), "b": datetime(2026, 3, 9, 12, tzinfo=UTC)}
TOTAL = {"a": "60.00", "b": "20.00"}
WORTH = {"a": 6000, "b": 2000}


class Sites:
    """A shop of two sites, each of which has an order of number 1."""

    def __init__(self, engine: Engine) -> None:
        self.shop = WebhookShop(engine, "woocommerce")
        self.connections = {
            "a": [self.shop.connection],
            "b": [inboxes.connect(engine, self.shop.id, "woocommerce")],
        }
        self._told = 0

    def order(self, site: str, day: int = 10, **change: Any) -> dict[str, Any]:
        then = f"{PLACED[site]:%Y-%m-%dT%H:%M:%S}"
        times = {"date_created_gmt": then, "date_paid_gmt": then, "order_key": f"wc_order_{site}"}
        return at_woocommerce(day, TOTAL[site]) | times | change

    def tell(self, site: str, order: dict[str, Any], topic: str = "order.updated") -> None:
        self._told += 1
        event = (topic, f"{site}{self._told}", order)
        connection = self.connections[site][self._told % len(self.connections[site])]
        inboxes.put(self.shop.engine, self.shop.id, connection, [event])
        work_off(self.shop.engine, self.shop.id)

    def bring(self, site: str) -> None:
        """The site's export: it spells times by the minute, and has 60.00 as the site has not."""
        files = file_of(f"{PLACED[site]:%Y-%m-%d %H:%M}")
        orders = files[FileKind.ORDERS].replace(b"60.00", TOTAL[site].encode())
        bring_in(self.shop.engine, self.shop.id, "woocommerce", {FileKind.ORDERS: orders})

    @property
    def net(self) -> int:
        ((net,),) = self.shop.rows(NET)
        return int(net)


@pytest.mark.parametrize("no_sale", [*NO_SALES, "it is deleted"])
def test_what_one_site_says_of_its_order_changes_none_of_the_others(
    service_engine: Engine, no_sale: str
) -> None:
    sites = Sites(service_engine)
    for site in ("a", "b", "a"):
        sites.tell(site, sites.order(site))
    assert sites.net == 8000
    back = {"refunds": [{"id": 9, "reason": "", "total": "-5.00"}]}
    sites.tell("b", sites.order("b", 11, **back))
    assert sites.net == 7500
    if no_sale in NO_SALES:
        topic, change = NO_SALES[no_sale]
        sites.tell("a", sites.order("a", 12, **change), topic)
    else:
        sites.tell("a", {"id": 1}, "order.deleted")
    assert sites.net == 1500


def test_an_older_export_of_one_site_is_not_taken_for_the_others(service_engine: Engine) -> None:
    """The only order that is left is called by number and id, and was placed on another day."""
    sites = Sites(service_engine)
    for site in ("a", "b"):
        sites.tell(site, sites.order(site))
    sites.tell("a", sites.order("a", 12, status="cancelled"))
    assert sites.net == 2000
    sites.bring("a")
    sites.bring("b")
    assert sites.net == 2000


@pytest.mark.parametrize("known", [True, False])
def test_a_number_that_is_given_later_is_what_files_call_the_order(
    service_engine: Engine, known: bool
) -> None:
    """Where another order has the number it is called by that and its id; a file means the one
    that was placed then."""
    sites = Sites(service_engine)
    if known:
        sites.tell("a", sites.order("a"))
    sites.tell("b", sites.order("b", number="B-7", id=7))
    sites.tell("b", sites.order("b", 11, number="1", id=7))
    names = [name for (name,) in sites.shop.rows(NAMES)]
    assert [name.partition(" (wc-")[0] for name in names] == ["1", "1"][: len(names)]
    sites.bring("b")
    assert sites.net == (8000 if known else 2000)


def test_an_order_of_a_file_that_takes_anothers_place_is_said(service_engine: Engine) -> None:
    sites = Sites(service_engine)
    sites.bring("a")
    sites.tell("b", sites.order("b"))
    ((reason,),) = sites.shop.rows("SELECT reason FROM webhook_events")
    assert "took the place" in reason
    sites.tell("b", sites.order("b", 11))
    assert sites.shop.rows("SELECT reason FROM webhook_events ORDER BY id DESC LIMIT 1") == [
        (None,)
    ]


def test_a_refund_alone_by_a_number_of_two_sites_is_left_out_and_said(
    service_engine: Engine,
) -> None:
    """Nothing tells of which site it is; an export that has the order too does."""
    sites = Sites(service_engine)
    for site in ("a", "b"):
        sites.tell(site, sites.order(site))
    other = rows("9", Sold((Line("Hat", "H", 1, 1_500),)))
    content = file(other, refund("1", Line("P1", "P1", -1, 500), at="2026-04-05 09:00"))
    layout, orders = format_of(ImportFile("orders.csv", [content]))
    given = {FileKind.ORDERS: orders}
    said = import_files(sites.shop.engine, sites.shop.id, given, layout=layout).notes
    assert any("1 order (1)" in note and "left out" in note for note in said)
    assert sites.net == 8000 + 1500


@IN_ONE_DATABASE
@given(data=st.data())
def test_each_sites_last_word_counts_in_any_order_of_files_and_events(
    service_engine: Engine, data: st.DataObject
) -> None:
    """Each site is heard by one connection or by two; exports are of orders that stand."""
    sites = Sites(service_engine)
    for connections in sites.connections.values():
        if data.draw(st.booleans()):
            connections.append(inboxes.connect(service_engine, sites.shop.id, "woocommerce"))
    newest: dict[str, tuple[int, bool]] = {}
    states = st.sampled_from([{}, *(change for _, change in NO_SALES.values())])
    steps = st.tuples(st.sampled_from("ab"), st.integers(10, 28), states, st.booleans())
    for site, day, change, by_file in data.draw(st.lists(steps, max_size=8)):
        if by_file:
            if newest.get(site, (0, False))[1]:
                sites.bring(site)
        elif newest.get(site, (0, False))[0] != day:
            sites.tell(site, sites.order(site, day, **change))
            newest[site] = max(newest.get(site, (0, False)), (day, not change))
        sold = [site for site, (_, stands) in newest.items() if stands]
        assert sites.net == sum(WORTH[site] for site in sold)
