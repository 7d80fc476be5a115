"""A fresh shop for each test, and short ways to write a sale, load it and look at the ledger."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from accounts.provisioning import create_tenant
from common.db.tenancy import Access, transaction
from ingest.ledger.load import load_sales
from ingest.ledger.load_summary import LoadSummary
from ingest.rows import OrderLineRow, RefundRow

PAID = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def tenant_id(service_engine: Engine) -> int:
    slug = f"shop-{uuid4().hex[:12]}"
    return create_tenant(
        service_engine, slug=slug, name="A shop", currency="EUR", timezone="Europe/Berlin"
    )


@pytest.fixture
def load(service_engine: Engine, tenant_id: int) -> Callable[..., LoadSummary]:
    def run(**rows: Any) -> LoadSummary:
        return load_sales(service_engine, tenant_id, **rows)

    return run


@pytest.fixture
def read(service_engine: Engine, tenant_id: int) -> Callable[[str], list[tuple[Any, ...]]]:
    def rows(query: str) -> list[tuple[Any, ...]]:
        with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
            return [tuple(row) for row in session.execute(text(query))]

    return rows


@pytest.fixture
def line() -> Callable[..., OrderLineRow]:
    """A line ``line(order, line)`` of one piece at 10.00; the rest by keyword."""
    positions = count(1)

    def make(order_id: str, line_id: str, **given: Any) -> OrderLineRow:
        usual: dict[str, Any] = {
            "placed_at": PAID,
            "paid_at": PAID,
            "channel": "web",
            "customer_id": None,
            "country": None,
            "region": None,
            "coupon_code": None,
            "order_discount": 0,
            "shipping": 0,
            "tax": 0,
            "product_id": "P1",
            "product_title": None,
            "category": None,
            "quantity": 1,
            "unit_price": 1000,
            "line_discount": 0,
        }
        return OrderLineRow(
            position=next(positions), order_id=order_id, line_id=line_id, **(usual | given)
        )

    return make


@pytest.fixture
def refund() -> Callable[..., RefundRow]:
    """A return ``refund(id, order, line)`` of one piece at 10.00; the rest by keyword."""
    positions = count(1)

    def make(refund_id: str, order_id: str, line_id: str | None, **given: Any) -> RefundRow:
        usual: dict[str, Any] = {
            "processed_at": datetime(2026, 3, 9, 10, tzinfo=UTC),
            "kind": "return",
            "quantity": 1,
            "amount": 1000,
            "shipping": 0,
            "tax": 0,
        }
        return RefundRow(next(positions), refund_id, order_id, line_id, **(usual | given))

    return make
