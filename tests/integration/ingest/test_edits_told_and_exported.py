"""An order lessened by edits that webhooks and an export tell: what is taken out counts once."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.integration.ingest.test_older_exports import bring
from tests.integration.ingest.test_shopify_webhook_figures import Shop
from tests.integration.ingest.test_told_by_events import Rows, export
from tests.support import hypothesis_profiles
from tests.support.plan_rows import counting
from tests.support.shopify_json import DAY, LATER, line, order, refund
from tests.support.shopify_orders import money

from ingest.formats.registry import FORMATS
from ingest.import_files import FileKind, ImportFile, import_files
from ingest.ledger import refunds_of_two_ids, told_edits

STAYS = "it stays as they told it"
NET = """
    SELECT coalesce(sum(o.shipping + o.tax + l.goods - coalesce(r.back, 0)), 0)
    FROM orders o
    JOIN (SELECT order_id, sum(unit_price * quantity + remainder - line_discount - order_discount)
                 AS goods FROM order_lines GROUP BY 1) l ON l.order_id = o.id
    LEFT JOIN (SELECT order_id, sum(amount + shipping + tax) AS back FROM refunds GROUP BY 1) r
      ON r.order_id = o.id
"""


@pytest.fixture
def shop(service_engine: Engine) -> Shop:
    return Shop(service_engine)


def row(quantity: int, title: str, price: str, **head: str) -> dict[str, str]:
    """A row of an export; with the order's own columns the first one."""
    mine = {
        "Name": "#1001", "Lineitem quantity": str(quantity), "Lineitem name": title,
        "Lineitem price": price, "Lineitem sku": f"S-{title}", "Lineitem discount": "0.00",
    }  # fmt: skip
    if not head:
        return mine
    at = "2026-03-02 10:00:00 +0000"
    return mine | {
        "Id": "450001", "Financial Status": "partially_refunded", "Paid at": at, "Created at": at,
        "Currency": "EUR", "Shipping": "0.00", "Taxes": "0.00", "Discount Amount": "0.00",
        "Cancelled at": "",
    } | head  # fmt: skip


def net(shop: Shop) -> int:
    ((found,),) = shop.rows(NET)
    return int(found)


def sums(total: str, back: str) -> dict[str, str]:
    return {"Subtotal": total, "Total": total, "Refunded Amount": back}


MUGS = line(1, "Mug", "20.00", 2, sku="S-Mug")
MUG, CUP = line(1, "Mug", "20.00", sku="S-Mug"), line(2, "Cup", "10.00", sku="S-Cup")
PAID_BACK = {"at": "2026-03-06T10:00:00Z", "financial_status": "partially_refunded"}


def lessened() -> dict[str, Any]:
    """Two mugs, of which an edit took one out; 20.00 were paid back for it."""
    back = [refund(1, [(1, 1, "20.00")]), refund(2, moved="20.00", at="2026-03-06T09:00:00Z")]
    return order([MUGS], "40.00", current_total_price="20.00", refunds=back, **PAID_BACK)


def removed() -> dict[str, Any]:
    """A mug and a cup, which an edit took out; 10.00 were paid back for it."""
    back = [refund(1, [(2, 1, "10.00")]), refund(2, moved="10.00", at="2026-03-06T09:00:00Z")]
    return order([MUG, CUP], "30.00", current_total_price="20.00", refunds=back, **PAID_BACK)


@pytest.mark.parametrize(
    ("told", "rows", "sales"),
    [
        (lessened(), [row(1, "Mug", "20.00", **sums("20.00", "20.00"))], 4000),
        (
            removed(),
            [row(1, "Mug", "20.00", **sums("20.00", "10.00")), row(0, "Cup", "10.00")],
            3000,
        ),
    ],
)
def test_what_an_edit_took_out_counts_once_on_its_day(
    shop: Shop, told: dict[str, Any], rows: Rows, sales: int
) -> None:
    """40.00 less 20.00, and 30.00 less 10.00: 20.00 on both."""
    shop.tell(told)
    sold, back = shop.sales, shop.back
    outcome = bring(shop, rows)
    assert (shop.sales, shop.back, net(shop)) == (sold, back, 2000)
    assert sum(gross for gross, _ in sold.values()) == sales
    (said,) = [each for each in outcome.notes if each.endswith(STAYS)]
    assert said.startswith("1 order (#1001): webhooks told what refunds took out of it")
    shop.tell({**told, "updated_at": "2026-03-20T10:00:00Z"})
    assert (shop.sales, shop.back) == (sold, back)


def test_the_export_first_and_the_edit_told_after_it_count_once(shop: Shop) -> None:
    bring(shop, [row(1, "Mug", "20.00", **sums("20.00", "20.00"))])
    assert (shop.sales, net(shop)) == ({"S-Mug": (2000, 0)}, 2000)
    shop.tell(lessened())
    assert (shop.sales, net(shop)) == ({"S-Mug": (4000, 0)}, 2000)


def test_an_edit_goes_where_the_export_has_one_more_that_no_event_told(shop: Shop) -> None:
    """Three mugs, one taken out by an edit that was told, another by one that was not."""
    three = line(1, "Mug", "20.00", 3, sku="S-Mug")
    back = [refund(1, [(1, 1, "20.00")])]
    shop.tell(order([three], "60.00", current_total_price="40.00", refunds=back, **PAID_BACK))
    outcome = bring(shop, [row(1, "Mug", "20.00", **sums("20.00", "40.00"))])
    assert (shop.sales, shop.back, net(shop)) == ({"S-Mug": (2000, 0)}, [], 2000)
    assert [each for each in outcome.notes if "webhooks told it otherwise" in each]


def test_an_export_that_alone_knows_of_the_cancelling_takes_all_of_it_back(shop: Shop) -> None:
    """40.00 were paid; 20.00 went back for the edit, and 20.00 with the cancelling."""
    shop.tell(lessened())
    ended = {"Cancelled at": "2026-03-08 10:00:00 +0000", "Financial Status": "refunded"}
    bring(shop, [row(1, "Mug", "20.00", **sums("20.00", "40.00"), **ended)])
    assert (shop.sales, net(shop)) == ({"S-Mug": (2000, 0)}, 0)
    assert shop.back == [("2026-03-08", "cancel", 1, 2000, 0, 0)]


def test_a_refund_with_money_of_a_line_that_the_export_lacks_refuses_no_file(shop: Shop) -> None:
    """15.00 of the cup's 10.00 and the mug's 20.00 came back with the cup, which is gone."""
    back = [refund(1, [(2, 1, "10.00")], moved="15.00", at=LATER)]
    shop.tell(order([MUG, CUP], "30.00", current_total_price="15.00", refunds=back, **PAID_BACK))
    before = (shop.sales, shop.back)
    outcome = bring(shop, [row(1, "Mug", "20.00", **sums("20.00", "15.00"))])
    assert (shop.sales, shop.back, net(shop)) == (*before, 1500)
    assert [each for each in outcome.notes if each.endswith(STAYS)]


def test_an_order_that_lacks_what_was_paid_back_and_is_otherwise_is_said_to_be(shop: Shop) -> None:
    """The cup went back for 10.00; the file has a pot for 30.00 besides, which nobody told."""
    back = [refund(1, [(2, 1, "10.00")], moved="10.00", at=LATER)]
    shop.tell(order([MUG, CUP], "30.00", current_total_price="20.00", refunds=back, **PAID_BACK))
    before = (shop.sales, shop.back)
    rows = [row(1, "Mug", "20.00", **sums("50.00", "10.00")), row(0, "Cup", "10.00")]
    rows.append(row(1, "Pot", "30.00"))
    outcome = bring(shop, rows)
    assert (shop.sales, shop.back) == before
    assert shop.rows("SELECT kind FROM data_gaps") == [("undated-refunds",)]
    (said,) = [each for each in outcome.notes if STAYS in each]
    assert "the file has the order otherwise" in said


def test_an_edit_that_a_file_of_the_shops_own_tells_is_its_word(shop: Shop) -> None:
    shop.tell(order([MUGS], "40.00", at=DAY))
    refunds = "refund_id,order_id,line_id,processed_at,kind,quantity,amount\n"
    refunds += "mine,#1001,1,2026-03-05T10:00:00Z,edit,1,20.00\n"
    files = {FileKind.REFUNDS: ImportFile("refunds.csv", [refunds.encode()])}
    import_files(shop.engine, shop.id, files)
    bring(shop, [row(2, "Mug", "20.00", **sums("40.00", "20.00"))])
    assert shop.back == [("2026-03-05", "edit", 1, 2000, 0, 0)]


def test_the_cost_grows_with_the_number_of_orders(
    service_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every order lessened by an edit, with a refund of a file of the shop's own."""
    looked: list[float] = []
    for many in (150, 300):
        at = Shop(service_engine)
        names = [{"id": 450_001 + n, "name": f"#{1001 + n}"} for n in range(many)]
        for first in range(0, many, 50):
            at.tell(*(lessened() | each for each in names[first : first + 50]))
        mug = row(1, "Mug", "20.00", **sums("20.00", "20.00"))
        rows = [mug | {"Name": str(each["name"]), "Id": str(each["id"])} for each in names]
        refunds = "refund_id,order_id,line_id,processed_at,kind,quantity,amount\n"
        for each in names:
            refunds += f"own,{each['name']},1,2026-03-05T10:00:00Z,edit,1,20.00\n"
        files = {
            FileKind.ORDERS: ImportFile("orders.csv", [export(rows)[FileKind.ORDERS]]),
            FileKind.REFUNDS: ImportFile("refunds.csv", [refunds.encode()]),
        }
        looked.append(0)
        with monkeypatch.context() as patched:
            for module in (told_edits, refunds_of_two_ids):
                patched.setattr(module, "derive", counting(looked))
            outcome = import_files(at.engine, at.id, files, layout=FORMATS["shopify"])
        assert [each for each in outcome.notes if each.startswith(f"{many} orders")]
        assert net(at) == 2000 * many
    assert looked[0] > 150
    assert looked[1] < 3 * looked[0], looked


@dataclass
class Lessened:
    """An order by its lines' prices, with what of each was left at first and after each edit."""

    prices: list[int]
    left: list[list[int]]
    tax: int

    def whole(self, after: int) -> int:
        """What the platform says that it comes to."""
        pieces = zip(self.left[after], self.prices, strict=True)
        return sum(each * (price + self.tax) for each, price in pieces)

    def word(self, after: int) -> dict[str, Any]:
        """The order's event after so many edits, each paid back at once by a refund of its own."""
        backs = []
        for turn in range(1, after + 1):
            at = f"2026-03-{turn + 3:02}T10:00:00Z"
            taken = zip(self.left[turn - 1], self.left[turn], strict=True)
            out = [(n, was - now) for n, (was, now) in enumerate(taken) if was > now]
            lines = [(n + 1, each, money(each * self.prices[n])) for n, each in out]
            made = refund(2 * turn, lines, at=at)
            for item, (_, each) in zip(made["refund_line_items"], out, strict=True):
                item["total_tax"] = money(each * self.tax)
            worth = self.whole(turn - 1) - self.whole(turn)
            backs += [made, refund(2 * turn + 1, moved=money(worth), at=at[:14] + "30:00Z")]
        pieces = zip(self.left[0], self.prices, strict=True)
        return order(
            [
                line(n, f"P{n}", money(price), each, sku=f"S-P{n}")
                for n, (each, price) in enumerate(pieces, 1)
            ],
            money(self.whole(0)),
            subtotal_price=money(self.whole(0) - self.tax * sum(self.left[0])),
            total_tax=money(self.tax * sum(self.left[0])),
            current_total_price=money(self.whole(after)),
            total_outstanding="0.00",
            financial_status="partially_refunded" if after else "paid",
            refunds=backs,
            at=f"2026-03-{after + 3:02}T12:00:00Z",
        )

    def rows(self, after: int) -> Rows:
        """The order as an export of then has it."""
        tax = self.tax * sum(self.left[after])
        head = {
            "Taxes": money(tax), "Subtotal": money(self.whole(after) - tax),
            "Total": money(self.whole(after)),
            "Refunded Amount": money(self.whole(0) - self.whole(after)),
        }  # fmt: skip
        pieces = zip(self.left[after], self.prices, strict=True)
        return [
            row(each, f"P{n}", money(price), **({} if n > 1 else head))
            for n, (each, price) in enumerate(pieces, 1)
        ]


@st.composite
def orders(draw: st.DrawFn) -> Lessened:
    """One to three lines, and up to three edits; a piece is left at the end."""
    prices = draw(st.lists(st.integers(100, 5_000), min_size=1, max_size=3))
    left = [[draw(st.integers(1, 3)) for _ in prices]]
    for _ in range(draw(st.integers(0, 3))):
        now = [draw(st.integers(0, each)) for each in left[-1]]
        if sum(now) and now != left[-1]:
            left.append(now)
    return Lessened(prices, left, draw(st.sampled_from([0, 19])))


@settings(
    max_examples=hypothesis_profiles.examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), told=orders())
def test_an_order_nets_what_the_newest_word_of_it_says(
    service_engine: Engine, data: st.DataObject, told: Lessened
) -> None:
    """Events first, whichever of them came, and an export of whenever; or the export first."""
    last = len(told.left) - 1
    heard, exported = (data.draw(st.integers(0, last)) for _ in range(2))
    alone, after, before = (Shop(service_engine) for _ in range(3))
    alone.tell(told.word(heard))
    after.tell(told.word(heard))
    back = alone.back
    bring(after, told.rows(exported))
    bring(before, told.rows(exported))
    assert net(alone) == told.whole(heard)
    assert net(before) == told.whole(exported)
    assert net(after) == told.whole(max(heard, exported))
    if exported <= heard:
        assert (after.sales, after.back) == (alone.sales, back)
    for each in (alone, after, before):
        each.tell({**told.word(last), "updated_at": "2026-03-20T10:00:00Z"})
        assert net(each) == told.whole(last)
        assert each.back == alone.back
