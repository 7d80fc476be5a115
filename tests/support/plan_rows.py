"""How many rows the plans of a load's statements look at: their cost, whatever the machine."""

from collections.abc import Callable
from typing import Any

from ingest.ledger import temporary_tables
from ingest.ledger.temporary_tables import Columns, Cursor


def rows_of(plan: dict[str, Any]) -> float:
    """Rows that the nodes of a plan (``EXPLAIN (ANALYZE, FORMAT JSON)``) looked at."""
    removed = ("Rows Removed by Filter", "Rows Removed by Join Filter")
    rows = plan["Actual Rows"] + sum(plan.get(each, 0) for each in removed)
    return float(rows * plan["Actual Loops"] + sum(map(rows_of, plan.get("Plans", ()))))


def counting(looked: list[float], *before: str) -> Callable[..., int]:
    """``derive`` that adds the rows of each query's plan to the last of ``looked``; the statements
    ``before`` are executed first.
    """

    def derive(cursor: Cursor, table: str | Columns, query: str, params: Any = None) -> int:
        for statement in before:
            cursor.execute(statement)
        explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {query}"
        (found,) = cursor.execute(explained, params).fetchone() or ([],)
        looked[-1] += rows_of(found[0]["Plan"])
        return temporary_tables.derive(cursor, table, query, params)

    return derive


class Explaining:
    """A load's cursor that counts the rows that each statement looks at."""

    def __init__(self, cursor: Any, looked: list[float]) -> None:
        self._cursor, self._looked = cursor, looked

    def execute(self, query: Any, given: Any = None) -> Any:
        words = query.split() if isinstance(query, str) else []
        if not words or words[0] not in {"INSERT", "UPDATE", "DELETE", "WITH"}:
            return self._cursor.execute(query, given)
        explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {query}"
        (found,) = self._cursor.execute(explained, given).fetchone()
        self._looked[-1] += rows_of(found[0]["Plan"])
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)
