"""Names of orders: a file's own come first, then the ledger's, then second names; no money moves to
another order, and none is lost, whatever an order was called before.
"""

from typing import Any

import pytest
from sqlalchemy import Engine, text
from tests.integration.ingest.test_older_exports import bring
from tests.integration.ingest.test_orders_by_platform_id import LOST, called, told
from tests.integration.ingest.test_shopify_webhook_figures import Shop
from tests.integration.ingest.test_told_by_events import CANCELLED
from tests.integration.ingest.test_woocommerce_webhook_figures import Shop as Site
from tests.support import inboxes
from tests.support.shopify_json import LATER
from tests.support.woocommerce_json import line, order

from common.db.tenancy import Access, transaction
from ingest.csv.faults import ImportRefusedError
from ingest.import_files import FileKind, Imported, ImportFile, import_files
from ingest.webhooks.work import work_off

HEADER = "refund_id,order_id,line_id,processed_at,kind,quantity,amount,shipping,tax\n"
ORDERS = "SELECT external_id, platform_id FROM orders ORDER BY id"
BACK = """
    SELECT o.platform_id, r.external_id, sum(r.amount)::bigint
    FROM refunds r JOIN orders o ON o.id = r.order_id GROUP BY 1, 2 ORDER BY 1, 2
"""
ONE, OTHER = "450001", "990"


@pytest.fixture
def shop(service_engine: Engine) -> Shop:
    return Shop(service_engine)


def back(*refunds: tuple[str, str, str]) -> str:
    """A refunds.csv: of each an id, the order's name, and money for the first line."""
    return HEADER + "".join(
        f"{each},{name},1,2026-03-04T10:00:00Z,return,1,{amount},0.00,0.00\n"
        for each, name, amount in refunds
    )


def bring_refunds(shop: Any, *refunds: tuple[str, str, str]) -> Imported:
    """A refunds.csv by itself."""
    file = ImportFile("refunds.csv", [back(*refunds).encode()])
    return import_files(shop.engine, shop.id, {FileKind.REFUNDS: file})


def said(imported: Imported, words: str) -> list[str]:
    return [each.partition(":")[0] for each in imported.notes if words in each]


def as_if_known_by_names_alone(shop: Shop) -> None:
    """The ledger's orders are one by the platform's id, as code of before left them."""
    with transaction(shop.engine, Access(tenant_id=shop.id)) as session:
        session.execute(text("UPDATE orders SET platform_id = :one"), {"one": ONE})


NAMES = ("#1001", LOST), (LOST, "#1001"), ("#1001", "#1002"), (LOST, "#1002")


@pytest.mark.parametrize("before", [(), *NAMES, ("#1001", "#1001")])
def test_refunds_are_of_the_orders_that_their_package_calls_so(
    service_engine: Engine, before: tuple[str, ...]
) -> None:
    """7.00 of the one order and 6.00 of the other, whatever the ledger calls them."""
    for one, other in NAMES:
        shop = Shop(service_engine)
        for name, platform_id in zip(before, (ONE, OTHER), strict=False):
            bring(shop, called(name, Id=platform_id))
        orders = called(one) + called(other, Id=OTHER)
        bring(shop, orders, back(("r1", one, "7.00"), ("r2", other, "6.00")))
        assert shop.rows(BACK) == [(ONE, "r1", 700), (OTHER, "r2", 600)]
        assert len(shop.rows(ORDERS)) == 2


def test_a_package_of_the_second_order_of_a_name_brings_its_refunds(shop: Shop) -> None:
    """Also when the first is deleted, and no note says then that another has its name."""
    bring(shop, called("#1001"))
    bring(shop, called("#1001", Id=OTHER), back(("r1", "#1001", "7.00")))
    assert shop.rows(BACK) == [(OTHER, "r1", 700)]
    shop.tell(told())
    shop.hear(("orders/delete", {"id": int(ONE)}))
    again = bring(shop, called("#1001", Id=OTHER), back(("r1", "#1001", "6.00")))
    assert shop.rows(ORDERS) == [("#1001 (990)", OTHER)]
    assert shop.rows(BACK) == [(OTHER, "r1", 600)]
    assert said(again, "both count") == []


@pytest.mark.parametrize("name", [LOST, "#1001"])
def test_refunds_alone_are_known_by_an_orders_second_name(shop: Shop, name: str) -> None:
    """Told as `#1001`, exported as `1001`; or known by name and id, as another had the name."""
    if name == LOST:
        shop.tell(told())
        bring(shop, called(LOST))
    else:
        bring(shop, called("#1001", Id=OTHER))
        bring(shop, called("#1001"))
        shop.hear(("orders/delete", {"id": int(OTHER)}))
    imported = bring_refunds(shop, ("r1", name, "5.00"))
    assert shop.rows(BACK) == [(ONE, "r1", 500)]
    assert said(imported, "of that number") == [f"1 order ({name})"]


@pytest.mark.parametrize(
    "orders",
    [called("#1001") + called("#1001", Id=OTHER), called("#1001", Id=""), called("#11001")],
)
def test_refunds_alone_by_a_name_that_may_be_several_orders_or_anothers_are_refused(
    shop: Shop, orders: list[dict[str, str]]
) -> None:
    bring(shop, orders)
    with pytest.raises(ImportRefusedError, match="not known"):
        bring_refunds(shop, ("r1", LOST, "5.00"))
    assert shop.rows(BACK) == []


def test_an_export_that_events_overtook_still_names_its_orders(shop: Shop) -> None:
    shop.tell(told(name="S-1001"))
    pending = {"Financial Status": "pending", "Paid at": ""}
    bring(shop, called(LOST, **pending), back(("r1", LOST, "7.00")))
    assert shop.rows(ORDERS) == [("S-1001", ONE)]
    assert shop.rows(BACK) == [(ONE, "r1", 700)]


def test_an_order_that_an_event_renames_keeps_its_refunds(shop: Shop) -> None:
    shop.tell(told())
    bring_refunds(shop, ("r1", "#1001", "20.00"))
    shop.tell(told(name="#1001-X", at=LATER))
    assert shop.rows(BACK) == [(ONE, "r1", 2000)]
    assert len(shop.rows(ORDERS)) == 1


def test_an_order_that_a_plugin_numbers_later_keeps_its_refunds(service_engine: Engine) -> None:
    """And is not called by its first number any more."""
    site = Site(service_engine)
    first = order([line(1, "20.00")], "20.00", id=700, number="700")
    site.tell(first)
    with transaction(site.engine, Access(tenant_id=site.id)) as session:
        (line_id,) = session.execute(text("SELECT external_id FROM order_lines")).one()
    file = back(("r1", "700", "20.00")).replace(",700,1,", f",700,{line_id},")
    import_files(
        site.engine, site.id, {FileKind.REFUNDS: ImportFile("refunds.csv", [file.encode()])}
    )
    site.tell(first | {"number": "W-1", "date_modified_gmt": "2026-03-05T10:00:00"})
    assert site.rows(ORDERS) == [("W-1", None)]
    assert site.rows(BACK) == [(None, "r1", 2000)]


def test_refunds_of_a_double_alone_go_to_the_order_that_stays(shop: Shop) -> None:
    """20.00 of the mug is known of both, 5.00 of the cup of the double alone."""
    cup = back(("r2", LOST, "5.00")).replace(f",{LOST},1,", f",{LOST},2,")
    both = back(("r1", LOST, "20.00")) + cup.removeprefix(HEADER)
    bring(shop, called(LOST, Id=OTHER), both)
    bring(shop, called("#1001"), back(("r1", "#1001", "20.00")))
    as_if_known_by_names_alone(shop)
    imported = bring(shop, called("#1001"))
    assert shop.rows(ORDERS) == [("#1001", ONE)]
    assert shop.rows(BACK) == [(ONE, "r1", 2000), (ONE, "r2", 500)]
    assert said(imported, "counted twice") == [f"1 order ({LOST})"]


@pytest.mark.parametrize(
    ("own", "doubles"),
    [
        ("5.00", ("r1", LOST, "20.00")),
        ("5.00", ("r2", LOST, "16.00")),
        ("5.00", ("r2", LOST, "5.00")),
        ("", None),
    ],
    ids=["another sum", "more than was sold", "as much by another id", "a sum beside single ones"],
)
def test_a_double_whose_refunds_do_not_fit_stays_and_is_said(
    shop: Shop, own: str, doubles: tuple[str, str, str] | None
) -> None:
    if doubles:
        bring(shop, called(LOST, Id=OTHER), back(doubles).replace("return,1", "return,0"))
    else:
        bring(shop, called(LOST, Id=OTHER, **CANCELLED))
    bring(shop, called("#1001"), back(("r1", "#1001", own or "1.00")))
    as_if_known_by_names_alone(shop)
    was = shop.rows(BACK)
    imported = bring(shop, called("#1001"))
    assert (shop.rows(BACK), len(shop.rows(ORDERS))) == (was, 2)
    assert said(imported, "both count") == [f"1 order ({LOST})"]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_order_without_an_id_that_a_file_names_with_one_is_the_same(
    shop: Shop, *, elsewhere: bool
) -> None:
    """Unless it was placed at another moment, as an order of another site was: it stays, and both
    are said.
    """
    moment = {"Created at": "2026-03-01 09:00:00 +0000"} if elsewhere else {}
    bring(shop, called(LOST, Id="", **moment), back(("r1", LOST, "20.00")))
    shop.tell(told())
    imported = bring(shop, called(LOST))
    kept = ["both count"] if elsewhere else ["counted twice"]
    assert [each for each in ("both count", "counted twice") if said(imported, each)] == kept
    assert shop.rows(ORDERS) == [(LOST, None)] * elsewhere + [("#1001", ONE)]
    assert shop.rows(BACK) == [(None if elsewhere else ONE, "r1", 2000)]


@pytest.mark.parametrize("together", [False, True])
def test_a_name_that_is_made_up_is_no_others(shop: Shop, *, together: bool) -> None:
    made = called("#1001 (990)", Id="777")
    second = called("#1001", Id=OTHER)
    if together:
        bring(shop, called("#1001") + second + made)
    else:
        bring(shop, called("#1001") + made)
        bring(shop, second)
    named = {("#1001", ONE), ("#1001 (990)", "777"), ("#1001 (990) (990)", OTHER)}
    assert {*shop.rows(ORDERS)} == named
    bring(shop, called("#1001") + second + made)
    assert {*shop.rows(ORDERS)} == named


def test_what_another_platform_calls_so_by_its_id_is_no_second_name(service_engine: Engine) -> None:
    """Order 1001 of the site was cancelled; refunds of it are none of #1001 at the other shop."""
    shop = Shop(service_engine)
    bring(shop, called("#1001"))
    site = inboxes.connect(service_engine, shop.id, "woocommerce")
    cancelled = order([line(1, "20.00")], "20.00", id=1001, status="cancelled")
    inboxes.put(service_engine, shop.id, site, [("order.updated", "cancelled", cancelled)])
    work_off(service_engine, shop.id)
    with pytest.raises(ImportRefusedError):
        bring_refunds(shop, ("r1", "1001", "5.00"))
    assert shop.rows(BACK) == []


def test_of_two_orders_of_one_number_at_a_site_the_later_counts(service_engine: Engine) -> None:
    """Nothing tells them apart in an export: the name is the one's or the other's."""
    site = Site(service_engine)
    site.tell(order([line(1, "20.00")], "20.00", id=1, number="1"))
    site.tell(order([line(1, "5.00")], "5.00", id=2, number="2"))
    site.tell(order([line(1, "20.00")], "20.00", id=1, number="2", at="2026-03-09T10:00:00"))
    assert (site.rows("SELECT external_id FROM orders"), site.sales) == ([("2",)], (2000, 0))
