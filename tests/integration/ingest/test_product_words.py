"""A product is called, classed and coded as its latest sale says, whichever load brought that."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from tests.integration.ingest.conftest import PAID
from tests.integration.ingest.test_webhook_law import IN_ONE_DATABASE, new_shop

from common.db.tenancy import Access, transaction
from ingest.ledger.load import load_sales

WORDS = "SELECT title, category, sku FROM products"
SALES = st.lists(
    st.tuples(st.integers(0, 20), st.booleans(), *[st.sampled_from("abc")] * 3, st.integers(0, 2)),
    min_size=1,
    max_size=6,
    unique_by=lambda sale: sale[0],
)


@IN_ONE_DATABASE
@given(sales=SALES)
def test_the_latest_sale_counts_in_any_order_of_loads_and_what_was_not_sold_does_not(
    service_engine, line, sales
):
    """Each sale is of another day."""
    tenant_id = new_shop(service_engine)
    for load in range(3):
        load_sales(
            service_engine,
            tenant_id,
            order_lines=[
                line(
                    f"O{day}",
                    "a",
                    placed_at=PAID + timedelta(days=day),
                    paid_at=PAID + timedelta(days=day) if sold else None,
                    product_title=title,
                    category=category,
                    product_sku=sku,
                )
                for day, sold, title, category, sku, turn in sales
                if turn == load
            ],
        )
    with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
        words = tuple(session.execute(text(WORDS)).one())
    if sold := [sale for sale in sales if sale[1]]:
        assert words == max(sold)[2:5]


def test_an_order_that_moves_to_an_earlier_day_brings_its_words_at_once(load, read, line):
    """Its own lines of before are no later sale."""
    for days, title in ((5, "Mug"), (1, "Cup")):
        at = PAID + timedelta(days=days)
        load(order_lines=[line("O1", "a", placed_at=at, paid_at=at, product_title=title)])
    assert read("SELECT title FROM products") == [("Cup",)]
