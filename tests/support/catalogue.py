"""What a database consists of, as sorted lines: tables, functions, triggers, policies, grants."""

import re
from typing import Final

from sqlalchemy import Connection, text

_QUERIES: Final = (
    """
    SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           a.attidentity, a.attstorage, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
    AND NOT a.attisdropped
    """,
    """
    SELECT 'table', relname, relrowsecurity, relforcerowsecurity, reloptions, relacl FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
    """,
    """
    SELECT 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 't'
    """,
    "SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """
    SELECT 'function', proname, prokind, proacl,
           CASE prokind WHEN 'f' THEN pg_get_functiondef(oid)
           ELSE pg_get_function_arguments(oid) || pg_get_function_result(oid) END
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    """,
    """
    SELECT 'aggregate', aggfnoid, aggtransfn, aggcombinefn, aggtranstype::regtype
    FROM pg_aggregate JOIN pg_proc p ON p.oid = aggfnoid
    WHERE p.pronamespace = 'public'::regnamespace
    """,
    "SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    """
    SELECT 'policy', tablename, policyname, permissive, roles, cmd, qual, with_check
    FROM pg_policies WHERE schemaname = 'public'
    """,
    "SELECT 'view', viewname, definition FROM pg_views WHERE schemaname = 'public'",
)


def catalogue(connection: Connection) -> list[str]:
    """The lines, without the names of owners and without the layout of the source."""
    owner = str(connection.scalar(text("SELECT current_user")))
    lines = []
    for query in _QUERIES:
        for row in connection.execute(text(query)):
            line = " | ".join("" if each is None else str(each) for each in row)
            lines.append(re.sub(rf"\b{owner}\b", "owner", re.sub(r"\s+", " ", line).strip()))
    return sorted(lines)
