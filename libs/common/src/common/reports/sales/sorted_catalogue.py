"""A shop's products by net sales, summed and sorted by PostgreSQL and read in pieces.

For a shop with more products than a worker should hold. Places, classes and the sums of what no
page shows are worked out where the rows are; the rows themselves come from a server-side cursor.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.db.statement_time import let_statements_take
from common.reports.sales.catalogue import ClassSums, Placed
from common.reports.sales.reversals import COME_BACK
from common.reports.sales.rows import product_totals
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals

_PIECES: Final = {"yield_per": 2000}
"""Rows of a server-side cursor, so many at once."""
_NOTHING: Final = Totals()

STATEMENT_SECONDS: Final = 100
"""A statement about a million products may take longer than others, less than its job may."""
_SORT_MEMORY: Final = text("SELECT set_config('work_mem', '32MB', true)")
"""For each sort and hash of a statement; the default of 4 MB puts most of them on the disk."""

_PRODUCTS: Final = """
        SELECT p.id AS product_id, p.external_id COLLATE "C" AS external_id, {identity}
               s.sold, s.returned, s.gross, s.discounts, s.returns,
               s.sold_before, s.returned_before, s.gross_before, s.discounts_before,
               s.returns_before,
               coalesce(s.gross - s.discounts - s.returns, 0) AS net,
               coalesce(s.gross_before - s.discounts_before - s.returns_before, 0) AS net_before
        FROM products p
        LEFT JOIN ({sums}) s ON s.product_id = p.id
        WHERE p.tenant_id = :tenant_id
"""
_SUMS: Final = """
    s.sold, s.returned, s.gross, s.discounts, s.returns,
    s.sold_before, s.returned_before, s.gross_before, s.discounts_before, s.returns_before
"""


def _any_of(window: str) -> str:
    columns = ("sold", "returned", "gross", "discounts", "returns")
    return "coalesce({}, false)".format(" OR ".join(f"{each}{window} <> 0" for each in columns))


_MORE_THAN: Final = text(
    """
    SELECT count(*) FROM (
        SELECT 1 FROM products WHERE tenant_id = :tenant_id LIMIT CAST(:products AS bigint) + 1
    ) counted
    """
)
# Those with positive net sales come first: above one of them stand only such.
_CLASSES: Final = """
    , placed AS (
        SELECT summed.*, row_number() OVER places AS place,
               sum(greatest(net, 0)) OVER places - greatest(net, 0) AS above
        FROM summed
        WINDOW places AS (ORDER BY net DESC, external_id ROWS UNBOUNDED PRECEDING)
    )
    SELECT CASE WHEN net > 0 THEN width_bucket(above * 100, reached) END,
           place <= :front, count(*),
           sum(sold), sum(returned), sum(gross), sum(discounts), sum(returns),
           sum(sold_before), sum(returned_before), sum(gross_before), sum(discounts_before),
           sum(returns_before),
           count(*) FILTER (WHERE sold > 0), count(*) FILTER (WHERE sold_before > 0)
    FROM placed, (
        SELECT array_agg(CAST(percent AS numeric) * whole ORDER BY percent) AS reached
        FROM (SELECT sum(greatest(net, 0)) AS whole FROM summed) shared,
             unnest(CAST(:limits AS int[])) percent
    ) bounds
    GROUP BY 1, 2
"""
_POSITIVE_NET: Final = """
    SELECT coalesce(sum(greatest(net, 0)), 0) FROM summed
"""
_MOVERS: Final = f"""
    , picked AS (
        (SELECT * FROM summed WHERE net > net_before
         ORDER BY net - net_before DESC, net DESC, external_id LIMIT :each_way)
        UNION ALL
        (SELECT * FROM summed WHERE net < net_before
         ORDER BY net - net_before, net DESC, external_id LIMIT :each_way)
    )
    SELECT p.external_id, p.title, p.sku, p.category, {_SUMS}
    FROM picked s JOIN products p ON p.tenant_id = :tenant_id AND p.id = s.product_id
    ORDER BY s.net DESC, s.external_id
"""  # noqa: S608 - names of columns
_COME_BACK: Final = text(
    f"SELECT coalesce(sum(units), 0) FROM ({COME_BACK}) back"  # noqa: S608 - a statement of ours
)
# The second to count the places is who reads the rows, for they come in the order of today's.
_RANKED: Final = f"""
    SELECT s.external_id, s.title, s.sku, s.category, {_SUMS}, coalesce(b.units, 0), s.moved,
           CASE WHEN s.moved_before THEN s.place_before END
    FROM (
        SELECT *, count(*) FILTER (WHERE moved) OVER (
                   ORDER BY net_before DESC, external_id ROWS UNBOUNDED PRECEDING
               ) AS place_before
        FROM (
            SELECT *, {_any_of("")} OR {_any_of("_before")} AS moved,
                   {_any_of("_before")} AS moved_before
            FROM ({{products}}) summed
        ) marked
    ) s
    LEFT JOIN ({COME_BACK}) b ON b.product_id = s.product_id
    ORDER BY s.net DESC, s.external_id
"""  # noqa: S608 - the statements above

_COUNT: Final = text("SELECT count(*) FROM products WHERE tenant_id = :tenant_id")
_ACTIVE: Final = f"""
    SELECT p.external_id, p.title, p.sku, p.category, {_SUMS}
    FROM products p JOIN ({{sums}}) s ON s.product_id = p.id WHERE p.tenant_id = :tenant_id
"""  # noqa: S608 - names of columns
_IDLE: Final = """
    SELECT p.external_id, p.title, p.sku, p.category
    FROM products p LEFT JOIN ({sums}) s ON s.product_id = p.id
    WHERE p.tenant_id = :tenant_id AND s.product_id IS NULL
    ORDER BY p.external_id COLLATE "C"
"""


def is_larger(session: Session, tenant_id: int, products: int) -> bool:
    """Whether a shop has more products than that, sold or not."""
    wanted = {"tenant_id": tenant_id, "products": products}
    return int(session.scalar(_MORE_THAN, wanted) or 0) > products


class SortedCatalogue:
    """The products of one shop by net sales, the highest first, ties by id.

    ``sums`` is a statement of both windows' sums by ``product_id``, of ``parameters``.
    """

    def __init__(self, session: Session, sums: str, parameters: Mapping[str, Any]) -> None:
        self._session = session
        narrow = _PRODUCTS.format(identity="", sums=sums)
        self._summed = f"WITH summed AS MATERIALIZED ({narrow})"
        named = _PRODUCTS.format(identity="p.title, p.sku, p.category,", sums=sums)
        self._ranked = text(_RANKED.format(products=named))
        self._active = text(_ACTIVE.format(sums=sums))
        self._idle = text(_IDLE.format(sums=sums))
        self._parameters = parameters
        session.execute(_SORT_MEMORY)
        let_statements_take(session, STATEMENT_SECONDS)

    def count(self) -> int:
        """How many products there are."""
        return int(self._session.scalar(_COUNT, self._parameters) or 0)

    def active(self) -> tuple[ProductTotals, ...]:
        """The products with a sale or a reversal in either window, in no particular order."""
        return tuple(map(product_totals, self._session.execute(self._active, self._parameters)))

    def idle(self) -> Iterator[ProductTotals]:
        """The other products by id, as they are asked for, while the transaction lasts."""
        rows = self._session.execute(self._idle, self._parameters, execution_options=_PIECES)
        for product_id, title, sku, category in rows:
            yield ProductTotals(product_id, title, sku, category, _NOTHING, _NOTHING)

    def classes(self, limits: tuple[int, ...], front: int) -> tuple[ClassSums, ...]:
        """The sums by class: a product is past a limit if what stands above it reaches that many
        percent of all positive net sales. The first ``front`` products are apart."""
        wanted = {**self._parameters, "limits": list(limits), "front": front}
        rows = self._session.execute(text(self._summed + _CLASSES), wanted)
        return tuple(
            ClassSums(place, in_front, count, _whole(sums[:5]), _whole(sums[5:10]), *sums[10:])
            for place, in_front, count, *sums in rows
        )

    def positive_net(self) -> int:
        """The net sales of the products whose net sales are positive."""
        return int(self._session.scalar(text(self._summed + _POSITIVE_NET), self._parameters))

    def movers(self, each_way: int) -> tuple[ProductTotals, ...]:
        """The products of the greatest gains and losses of net sales, in the catalogue's order."""
        wanted = {**self._parameters, "each_way": each_way}
        rows = self._session.execute(text(self._summed + _MOVERS), wanted)
        return tuple(map(product_totals, rows))

    def come_back(self) -> int:
        """Units of what was sold in the window and has been reversed until now."""
        return int(self._session.scalar(_COME_BACK, self._parameters))

    def ranked(self) -> Iterator[Placed]:
        """Every product in its order, as it is asked for, while the session's transaction lasts."""
        rows = self._session.execute(self._ranked, self._parameters, execution_options=_PIECES)
        place = 0
        for row in rows:
            *_, come_back, moved, before = row
            place += moved
            yield Placed(product_totals(row), None if before is None else before - place, come_back)


def _whole(sums: list[Any]) -> Totals:
    # PostgreSQL's sums of bigint are numeric, and null of none.
    return Totals(0, *(int(each or 0) for each in sums))
