"""The law of marks: a day whose kept sums are not the ledger's is marked, whoever wrote what.

A day that is not marked is never summed again: what is missed here is wrong money for good.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from tests.support import hypothesis_profiles

from accounts.provisioning import create_tenant
from accounts.tenant_settings import set_timezone
from common.db.audit import COMMAND_LINE
from common.db.tenancy import TenantDb
from ingest.ledger import instead_of_triggers, load
from ingest.ledger.errors import IngestError
from ingest.ledger.remove_orders import find_orders, forget_orders, lift_refunds_of
from ingest.rows import OrderLineRow, RefundRow
from worker.reports.rollup_refresh import refresh

START = datetime(2026, 3, 27, 22, 30, tzinfo=UTC)  # the clock of Berlin goes forward on the 29th
ZONES = ("Europe/Berlin", "Asia/Kolkata", "UTC")
IDS = ("a", "b", "c")
_numbers, _positions = count(1), count(1)

WRONG = text(
    """
    WITH events AS (
        SELECT (l.occurred_at AT TIME ZONE t.timezone)::date AS day, l.*
        FROM ledger l JOIN tenants t ON t.id = l.tenant_id WHERE l.tenant_id = :tenant_id
    ), days AS (
        SELECT day, sum(orders) AS orders, sum(units_sold) AS units_sold,
               sum(units_returned) AS units_returned, sum(gross) AS gross,
               sum(discounts) AS discounts, sum(returns) AS returns, sum(shipping) AS shipping,
               sum(tax) AS tax
        FROM events GROUP BY day
    ), products AS (
        SELECT day, product_id, sum(units_sold) AS units_sold,
               sum(units_returned) AS units_returned, sum(gross) AS gross,
               sum(discounts) AS discounts, sum(returns) AS returns
        FROM events WHERE product_id IS NOT NULL GROUP BY day, product_id
    )
    SELECT day FROM days l FULL JOIN daily_sales k USING (day)
    WHERE (l.orders, l.units_sold, l.units_returned, l.gross, l.discounts, l.returns, l.shipping,
           l.tax)
          IS DISTINCT FROM (k.orders, k.units_sold, k.units_returned, k.gross, k.discounts,
                            k.returns, k.shipping, k.tax)
    UNION
    SELECT day FROM products l
    FULL JOIN (SELECT * FROM product_sales WHERE span = 1) k USING (day, product_id)
    WHERE (l.units_sold, l.units_returned, l.gross, l.discounts, l.returns)
          IS DISTINCT FROM (k.units_sold, k.units_returned, k.gross, k.discounts, k.returns)
    """
)
SOLD_ANOTHER_TIME = text(
    """
    SELECT count(*) FROM refunds r JOIN orders o ON o.tenant_id = r.tenant_id AND o.id = r.order_id
    WHERE r.tenant_id = :tenant_id AND r.sold_at IS DISTINCT FROM o.paid_at
    """
)
MARKED = text("SELECT day FROM dirty_days WHERE tenant_id = :tenant_id")
PLAIN = (
    "UPDATE orders SET shipping = shipping + 1 WHERE external_id = :order",
    "UPDATE orders SET paid_at = paid_at + interval '2 days' WHERE external_id = :order",
    "UPDATE orders SET paid_at = NULL WHERE external_id = :order",
    (
        "UPDATE order_lines SET quantity = quantity + 1, paid_at = :at WHERE order_id IN"
        " (SELECT id FROM orders WHERE external_id = :order)"
    ),
    (
        "INSERT INTO order_lines (tenant_id, order_id, line_no, external_id, product_id, paid_at,"
        " quantity, unit_price) SELECT tenant_id, order_id, line_no + 10, 'more', product_id, :at,"
        " 1, 700 FROM order_lines WHERE order_id IN"
        " (SELECT id FROM orders WHERE external_id = :order)"
    ),
    (
        "DELETE FROM order_lines WHERE line_no > 10 AND order_id IN"
        " (SELECT id FROM orders WHERE external_id = :order)"
    ),
    (
        "UPDATE refunds SET processed_at = :at WHERE order_id IN"
        " (SELECT id FROM orders WHERE external_id = :order)"
    ),
    "DELETE FROM refunds WHERE order_id IN (SELECT id FROM orders WHERE external_id = :order)",
    "DELETE FROM orders WHERE external_id = :order",
)

instants = st.integers(0, 90).map(lambda hours: START + timedelta(hours=hours))
pieces = st.integers(1, 3)
orders = st.tuples(
    st.sampled_from(IDS), st.none() | instants, st.lists(pieces, min_size=1, max_size=2)
)
refunds = st.tuples(st.sampled_from(IDS), st.sampled_from("xy"), instants, st.integers(1, 900))
steps = st.one_of(
    st.tuples(st.just("load"), st.lists(orders, max_size=3), st.lists(refunds, max_size=2)),
    st.tuples(st.just("plain"), st.sampled_from(PLAIN), st.sampled_from(IDS), instants),
    st.tuples(st.just("forget"), st.sampled_from(IDS)),
    st.tuples(st.just("lift"), st.sampled_from(IDS), st.sampled_from("xy")),
    st.tuples(st.just("zone"), st.sampled_from(ZONES)),
    st.tuples(st.just("refresh")),
)


def lines(given: Sequence[tuple[str, datetime | None, list[int]]]) -> Iterator[OrderLineRow]:
    for order, at, quantities in {each[0]: each for each in given}.values():
        for number, quantity in enumerate(quantities):
            facts: dict[str, Any] = dict.fromkeys(OrderLineRow._fields)
            facts |= {"position": next(_positions), "order_id": order, "line_id": str(number)}
            facts |= {"placed_at": at or START, "paid_at": at, "product_id": f"p{number}"}
            facts |= {"quantity": quantity, "unit_price": 1000, "line_discount": 10}
            facts |= {"order_discount": 15, "shipping": 5, "tax": 3, "remainder": 0}
            yield OrderLineRow(**facts)


def returns(given: Sequence[tuple[str, str, datetime, int]]) -> Iterator[RefundRow]:
    for order, name, at, amount in {each[:2]: each for each in given}.values():
        refund = f"{name}-{order}"
        yield RefundRow(next(_positions), refund, order, "0", at, "return", 1, amount, 0, 0)


def take(db: TenantDb, step: tuple[Any, ...]) -> None:
    """A step; what the ledger refuses changes nothing."""
    kind, *facts = step
    match kind:
        case "load":
            load.load_sales(
                db.engine, db.tenant_id, order_lines=lines(facts[0]), refunds=returns(facts[1])
            )
        case "plain":
            with db.transaction() as session:
                session.execute(text(facts[0]), {"order": facts[1], "at": facts[2]})
        case "forget" | "lift":
            with db.transaction() as session:
                connection = session.connection()
                there = find_orders(connection, db.tenant_id, [facts[0]], None)
                found = [each.key for each in there]
                if kind == "forget":
                    forget_orders(connection, db.tenant_id, found, START)
                else:
                    gone = f"{facts[1]}-{facts[0]}"
                    lift_refunds_of(connection, db.tenant_id, found, [gone])
        case "zone":
            with db.transaction() as session:
                slug = session.scalar(text("SELECT slug FROM tenants"))
            set_timezone(db.engine, tenant=slug, timezone=facts[0], author=COMMAND_LINE)
        case "refresh":
            refresh(db.engine, db.tenant_id)


def wrong_and_marked(db: TenantDb) -> tuple[set[date], set[date]]:
    mine = {"tenant_id": db.tenant_id}
    with db.transaction() as session:
        assert session.scalar(SOLD_ANOTHER_TIME, mine) == 0
        return set(session.scalars(WRONG, mine)), set(session.scalars(MARKED, mine))


def hold(engine: Engine, story: Sequence[tuple[Any, ...]]) -> None:
    slug = f"marks-{next(_numbers)}"
    tenant_id = create_tenant(engine, slug=slug, name=slug, currency="EUR", timezone=ZONES[0])
    db = TenantDb(engine, tenant_id)
    for step in story:
        try:
            take(db, step)
        except (IngestError, DBAPIError):
            continue
        wrong, marked = wrong_and_marked(db)
        assert wrong <= marked, step
    refresh(engine, tenant_id)
    assert wrong_and_marked(db) == (set(), set())


bounded = settings(
    max_examples=hypothesis_profiles.examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@bounded
@given(story=st.lists(steps, min_size=3, max_size=10))
def test_a_day_of_other_sums_is_marked(service_engine: Engine, story: list[Any]) -> None:
    hold(service_engine, story)


@contextmanager
def _by_rows(_: object) -> Iterator[None]:
    yield


@bounded
@given(story=st.lists(steps, min_size=3, max_size=10))
def test_so_it_is_where_nobody_says_that_they_mark_days(
    service_engine: Engine, story: list[Any]
) -> None:
    """As code of before writes: the triggers alone mark."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(instead_of_triggers, "by_statements", _by_rows)
        patched.setattr(instead_of_triggers, "_mark", lambda *_: None)
        patched.setattr("accounts.tenant_settings.by_statements", _by_rows)
        patched.setattr("accounts.tenant_settings._rebuild_days", lambda *_: None)
        hold(service_engine, story)


@pytest.mark.parametrize("by_rows", [False, True])
def test_each_kind_of_write_marks_exactly_its_days(
    service_engine: Engine, tenant_id: int, monkeypatch: pytest.MonkeyPatch, *, by_rows: bool
) -> None:
    """What the law above lets pass, too many marks, would only cost time."""
    if by_rows:
        monkeypatch.setattr(instead_of_triggers, "by_statements", _by_rows)
        monkeypatch.setattr(instead_of_triggers, "_mark", lambda *_: None)
    db, day = TenantDb(service_engine, tenant_id), timedelta(days=1)
    noon = datetime(2026, 3, 3, 11, tzinfo=UTC)
    story = [
        (("load", [("a", noon, [1])], []), {noon}),
        (("load", [("a", noon, [1])], []), set()),
        (("load", [("a", noon + day, [2])], []), {noon, noon + day}),
        (("plain", PLAIN[1], "a", noon), {noon + day, noon + 3 * day}),
        (("load", [("a", noon + day, [3])], []), {noon + day, noon + 3 * day}),
        (("plain", PLAIN[3], "a", noon + 6 * day), {noon + day, noon + 6 * day}),
        (("load", [("a", noon + day, [2])], []), {noon + day, noon + 6 * day}),
        (("load", [], [("a", "x", noon + 4 * day, 100)]), {noon + 4 * day}),
        (("load", [], [("a", "x", noon + 5 * day, 100)]), {noon + 4 * day, noon + 5 * day}),
        (("load", [("b", None, [1])], []), set()),
        (("forget", "a"), {noon + day, noon + 5 * day}),
    ]
    for step, expected in story:
        take(db, step)
        assert wrong_and_marked(db)[1] == {each.date() for each in expected}, step
        refresh(service_engine, tenant_id)


def test_a_transaction_marks_a_day_once(service_engine: Engine, tenant_id: int) -> None:
    """Row triggers of code of before, which loads by the million."""
    db = TenantDb(service_engine, tenant_id)
    take(db, ("load", [("a", START, [1, 1]), ("b", START, [1])], []))
    refresh(service_engine, tenant_id)
    with db.transaction() as session:
        session.execute(text("UPDATE order_lines SET quantity = quantity + 1"))
        assert session.scalar(text("SELECT count(*) FROM dirty_days")) == 1
        session.execute(text("DELETE FROM dirty_days"))
        session.execute(text("UPDATE order_lines SET quantity = quantity + 1"))
        assert session.scalar(text("SELECT count(*) FROM dirty_days")) == 1
