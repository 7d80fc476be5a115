"""Ids that a server gives: none of those that came with a tenant may be given again.

They count by server, and a tenant's rows are told apart by them: the next id has to be above all
that came. A sequence is stepped on rather than set: between a look at it and its setting another
transaction may be given ids that it would go back below. Stepping waits for nobody.
"""

from typing import Final

from psycopg import sql
from sqlalchemy import Connection, text

from analytics.moving.rows import TenantTable, execute

_AT_ONCE: Final = 1_000_000
_SEQUENCES: Final = text(
    """
    SELECT a.attname AS column, d.objid::regclass::text AS sequence
    FROM pg_attribute a
    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype IN ('i', 'a')
    JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE a.attrelid = to_regclass(quote_ident(:name))
    """
)
_STEP: Final = text(
    "SELECT count(nextval(CAST(:sequence AS regclass))) FROM generate_series(1, :steps)"
)


def pass_ids(target: Connection, table: TenantTable, tenant_id: int) -> None:
    """Let the table's sequence give ids above those that its rows of a tenant have."""
    for column, sequence in target.execute(_SEQUENCES, {"name": table.name}).all():
        highest = execute(
            target,
            sql.SQL("SELECT coalesce(max({}), 0) FROM {} WHERE {}").format(
                sql.Identifier(column), table.identifier, table.of(tenant_id)
            ),
        ).scalar_one()
        step_past(target, sequence, highest)


def step_past(target: Connection, sequence: str, highest: int) -> None:
    """Let a sequence give ids above ``highest``."""
    while (steps := highest - _last(target, sequence)) > 0:
        target.execute(_STEP, {"sequence": sequence, "steps": min(steps, _AT_ONCE)})


def _last(target: Connection, sequence: str) -> int:
    """The last id that was given; 0 where none was."""
    found: int = target.scalar(
        text("SELECT coalesce(pg_sequence_last_value(CAST(:sequence AS regclass)), 0)"),
        {"sequence": sequence},
    )
    return found
