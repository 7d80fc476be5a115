"""The same sums by DuckDB over Parquet sorted by tenant and time: what a fast engine costs.

It is given what helps it: the local day is worked out at the export, goods and whole orders lie in
files of their own, amounts are of the narrowest type, files' metadata stay in memory.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
from sqlalchemy import Engine

from common.reports.model import Scope
from common.reports.sales.catalogue import HELD, Catalogue
from common.reports.sales.dimensions import DAY, Dimension, K
from common.reports.sales.from_ledger import joined
from common.reports.sales.protocol import MARGINS_SHOWN, EmptyDays, Stock, Uncovered
from common.reports.sales.rows import product_totals
from common.reports.totals.margins import Margins
from common.reports.totals.products import ProductTotals
from common.reports.totals.reversals import Reversals
from common.reports.totals.totals import Totals, WindowTotals

_DAY: Final = timedelta(days=1)
_EXPORTS: Final = {
    "goods": """
        SELECT l.tenant_id, (l.occurred_at AT TIME ZONE t.timezone)::date AS day, l.product_id,
               l.units_sold, l.units_returned, l.gross, l.discounts, l.returns, l.shipping, l.tax
        FROM ledger l JOIN tenants t ON t.id = l.tenant_id WHERE l.product_id IS NOT NULL
    """,
    "orders": """
        SELECT l.tenant_id, (l.occurred_at AT TIME ZONE t.timezone)::date AS day,
               l.orders, l.shipping, l.tax
        FROM ledger l JOIN tenants t ON t.id = l.tenant_id WHERE l.product_id IS NULL
    """,
    "products": """
        SELECT tenant_id, id AS product_id, external_id, title, sku, category FROM products
    """,
    "reversals": """
        SELECT r.tenant_id, (r.processed_at AT TIME ZONE t.timezone)::date AS day,
               (o.paid_at AT TIME ZONE t.timezone)::date AS paid_day, p.external_id,
               r.kind, r.quantity, r.amount
        FROM refunds r
        JOIN tenants t ON t.id = r.tenant_id
        JOIN orders o ON o.tenant_id = r.tenant_id AND o.id = r.order_id
        LEFT JOIN products p ON p.tenant_id = r.tenant_id AND p.id = r.product_id
    """,
}
_NARROWED: Final = {
    "goods": "day, COLUMNS(* EXCLUDE day)::INTEGER",
    "orders": "day, COLUMNS(* EXCLUDE day)::INTEGER",
    "products": "*",
    "reversals": "*",
}
_ORDER: Final = {"goods": "day", "orders": "day", "products": "product_id", "reversals": "day"}
_BY_DAY: Final = """
    SELECT day, sum(orders)::bigint, sum(units_sold)::bigint, sum(units_returned)::bigint,
           sum(gross)::bigint, sum(discounts)::bigint, sum(returns)::bigint,
           sum(shipping)::bigint, sum(tax)::bigint
    FROM (
        SELECT day, 0 AS orders, sum(units_sold) AS units_sold,
               sum(units_returned) AS units_returned, sum(gross) AS gross,
               sum(discounts) AS discounts, sum(returns) AS returns,
               sum(shipping) AS shipping, sum(tax) AS tax
        FROM goods WHERE tenant_id = $tenant_id AND day >= $first AND day < $past GROUP BY day
        UNION ALL
        SELECT day, sum(orders), 0, 0, 0, 0, 0, sum(shipping), sum(tax)
        FROM orders WHERE tenant_id = $tenant_id AND day >= $first AND day < $past GROUP BY day
    ) GROUP BY day
"""
_BY_PRODUCT: Final = """
    WITH sums AS (
        SELECT product_id, day >= $middle AS current, sum(units_sold)::bigint AS units_sold,
               sum(units_returned)::bigint AS units_returned, sum(gross)::bigint AS gross,
               sum(discounts)::bigint AS discounts, sum(returns)::bigint AS returns
        FROM goods WHERE tenant_id = $tenant_id AND day >= $first AND day < $past
          AND (day < $past_before OR day >= $middle)
        GROUP BY ALL
    )
    SELECT p.external_id, p.title, p.sku, p.category,
           c.units_sold, c.units_returned, c.gross, c.discounts, c.returns,
           b.units_sold, b.units_returned, b.gross, b.discounts, b.returns
    FROM products p
    LEFT JOIN sums c ON c.product_id = p.product_id AND c.current
    LEFT JOIN sums b ON b.product_id = p.product_id AND NOT b.current
    WHERE p.tenant_id = $tenant_id
"""
_REVERSALS: Final = """
    SELECT day, coalesce(sum(amount) FILTER (kind = 'return'), 0)::bigint,
           coalesce(sum(amount) FILTER (kind = 'cancel'), 0)::bigint,
           coalesce(sum(amount) FILTER (kind = 'edit'), 0)::bigint
    FROM reversals WHERE tenant_id = $tenant_id AND day >= $first AND day < $past GROUP BY day
"""
_COME_BACK: Final = """
    SELECT external_id, sum(quantity)::bigint FROM reversals
    WHERE tenant_id = $tenant_id AND external_id IS NOT NULL
      AND day >= $first AND paid_day >= $first AND paid_day < $past
    GROUP BY external_id
"""


def export(owner: Engine, directory: Path) -> None:
    """Write the Parquet files of a database, unless they are there."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, query in _EXPORTS.items():
        target, raw = directory / f"{name}.parquet", directory / f"{name}.csv"
        if target.exists():
            continue
        _copy(owner, query, raw)
        partial = target.with_suffix(".partial")
        sort = (
            f"COPY (SELECT {_NARROWED[name]} FROM read_csv('{raw}')"  # noqa: S608 - names of ours
            f" ORDER BY tenant_id, {_ORDER[name]}) TO '{partial}' (FORMAT parquet)"
        )
        with duckdb.connect() as connection:
            connection.execute(sort)
        raw.unlink()
        partial.rename(target)


def _copy(owner: Engine, query: str, target: Path) -> None:
    connection: Any = owner.raw_connection()
    try:
        with (
            target.open("wb") as stream,
            connection.cursor() as cursor,
            cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as rows,
        ):
            stream.writelines(rows)
    finally:
        connection.close()


class Duck:
    """One thread over the Parquet files of ``directory``."""

    def __init__(self, directory: Path) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 1")
        self.connection.execute("SET parquet_metadata_cache = true")
        for name in _EXPORTS:
            source = f"'{directory / name}.parquet'"
            self.connection.execute(f"CREATE VIEW {name} AS FROM {source}")


class DuckSales:
    """The sums of ``scope``, by DuckDB."""

    def __init__(self, duck: Duck, scope: Scope) -> None:
        self._connection = duck.connection
        self._scope = scope
        self._days = scope.window.dates(scope.zone)
        self._previous = scope.previous.dates(scope.zone)

    @property
    def scope(self) -> Scope:
        """Whose sales, over which windows."""
        return self._scope

    def totals(self, by: Dimension[K]) -> Mapping[K | None, WindowTotals]:
        """The sums of both windows by day.

        Raises:
            ValueError: the dimension is another one.
        """
        if by is not DAY:
            raise ValueError(by.name)
        rows = self._rows(self._previous[0], self._days[-1])
        known = {*self._previous, *self._days}
        return joined((day, day >= self._days[0], *sums) for day, *sums in rows if day in known)

    def lead(self, days: int) -> dict[date, Totals]:
        """The sums of so many days right before the window, by day."""
        rows = self._rows(self._days[0] - days * _DAY, self._days[0] - _DAY)
        return {day: Totals(*sums) for day, *sums in rows}

    def last_year(self) -> Totals | None:
        """None: the files hold what a report compares, and no year before."""
        return None

    def products(self) -> tuple[ProductTotals, ...]:
        """Every product of the shop with its totals in both windows, in no particular order."""
        facts = {
            **self._range(self._previous[0], self._days[-1]),
            "past_before": self._previous[-1] + _DAY,
            "middle": self._days[0],
        }
        return tuple(map(product_totals, self._connection.execute(_BY_PRODUCT, facts).fetchall()))

    def catalogue(
        self,
        *,
        larger_than: int = HELD,  # noqa: ARG002 - named by the protocol
    ) -> Catalogue | None:
        """None: columns in the process are for shops that a worker holds."""
        return None

    def margins(self, front: int = MARGINS_SHOWN) -> Margins:  # noqa: ARG002 - as ``Sales`` has it
        """Nothing: the generated shops know no costs."""
        return Margins()

    def on_hand(self) -> dict[str, Stock]:
        """Nothing: the generated shops count no stock."""
        return {}

    def empty_days(self) -> dict[str, EmptyDays]:
        """Nothing, likewise."""
        return {}

    def uncovered(self) -> dict[str, Uncovered]:
        """Nothing, likewise."""
        return {}

    def reversals(self) -> dict[date, Reversals]:
        """The sales reversals of each day by kind."""
        asked = self._range(self._previous[0], self._days[-1])
        found = self._connection.execute(_REVERSALS, asked).fetchall()
        return {day: Reversals(*sums) for day, *sums in found}

    def come_back(self) -> dict[str, int]:
        """Units by product id of what was sold in the window and has been reversed until now."""
        asked = self._range(self._days[0], self._days[-1])
        return dict(self._connection.execute(_COME_BACK, asked).fetchall())

    def _rows(self, first: date, last: date) -> list[Any]:
        found = self._connection.execute(_BY_DAY, self._range(first, last))
        rows: list[Any] = found.fetchall()
        return rows

    def _range(self, first: date, last: date) -> dict[str, int | date]:
        return {"tenant_id": self._scope.tenant_id, "first": first, "past": last + _DAY}
