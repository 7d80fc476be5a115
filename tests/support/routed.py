"""Watches statements for those that do not say whose rows they mean: no router could place them.

Asked is the planner, of a database where the policies are switched off that otherwise add the
tenant to every statement: each scan of a table that is spread by tenant has to be for one tenant.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, event, text

from common.db.tables import DISTRIBUTED
from ingest.ledger.temporary_tables import Cursor

NAMES: Final = frozenset(model.__tablename__ for model in DISTRIBUTED)
_PLANNED: Final = re.compile(
    r"\s*(select|with|insert|update|delete|create temporary table \S+ on commit delete rows as)\b",
    re.IGNORECASE,
)
_OF_ONE: Final = re.compile(r"\btenant_id = (\d+|'\d+'|\(?\$\d+)")
_CONDITIONS: Final = ("Filter", "Index Cond", "Recheck Cond")


def without_policies(owner: Engine) -> None:
    """Let statements on spread tables say for themselves whose rows they mean."""
    with owner.begin() as connection:
        for name in sorted(NAMES):
            connection.execute(text(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY"))


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, set[str]]]:
    """Statements of this process that read or change rows of any tenant, and of which tables."""
    offenders: dict[str, set[str]] = {}
    seen: set[str] = set()

    def look(driver: psycopg.Connection[Any], statement: str, given: Any) -> None:
        if statement in seen or not _PLANNED.match(statement):
            return
        seen.add(statement)
        with psycopg.Cursor(driver) as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode(), given, prepare=False)
            found = cursor.fetchone()
        tables = set(_unplaced(found[0][0]["Plan"])) if found else set()
        if tables:
            offenders[statement] = tables

    def before(connection: Any, _: Any, statement: str, given: Any, *__: Any) -> None:
        look(
            connection.connection.driver_connection,
            statement,
            given[0] if isinstance(given, list) else given,
        )

    execute = Cursor.execute

    def loading(self: Cursor, query: Any, params: Any = None, **how: Any) -> Any:
        if isinstance(query, sql.Composed):
            query = query.as_bytes(self)
        composed = query.decode() if isinstance(query, bytes) else query
        look(self.connection, composed, {**self._given, **(params or {})})
        return execute(self, query, params, **how)

    event.listen(Engine, "before_cursor_execute", before)
    monkeypatch.setattr(Cursor, "execute", loading)
    try:
        yield offenders
    finally:
        event.remove(Engine, "before_cursor_execute", before)
        monkeypatch.setattr(Cursor, "execute", execute)
        assert seen


def _unplaced(node: Mapping[str, Any]) -> Iterator[str]:
    """The spread tables that a plan scans without a tenant."""
    name = node.get("Relation Name")
    conditions = " ".join(str(node[each]) for each in _CONDITIONS if each in node)
    scans = str(node["Node Type"]).endswith("Scan")
    if name in NAMES and scans and not _OF_ONE.search(conditions):
        yield str(name)
    for child in node.get("Plans", ()):
        yield from _unplaced(child)
