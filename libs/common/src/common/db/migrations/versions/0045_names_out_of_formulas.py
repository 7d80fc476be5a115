"""Names that a spreadsheet's formula kept, ``="#1001"``, become what imports take them for now.

A file that was imported before would else be known by none of its names when it comes again, and
all of its orders would be there twice. A name that is taken already is left as it is. Nothing that
a figure is made of changes, so no day is marked. Code of before works on: it takes such cells as
they stand, and a file of them for one that it has not seen.

Revision ID: 0045
Revises: 0044
"""

from alembic import op
from sqlalchemy import text

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_TENANTS = "SELECT id FROM tenants ORDER BY id"
_ENTER = "SELECT set_config('app.tenant_id', :tenant, true), set_config('app.loader', 'on', true)"
_LEAVE = "SELECT set_config('app.tenant_id', '', true), set_config('app.loader', 'off', true)"
_LOCK = "SELECT pg_advisory_xact_lock(x'1a6e57'::integer, :tenant_id)"
"""That of loads: what one brings meanwhile would be renamed in part."""

_NAMED = {
    "products": "external_id",
    "customers": "external_id",
    "orders": "external_id",
    "refunds": "external_id",
    "data_gaps": "order_id",
}
_ANY = " OR ".join(
    f"EXISTS (SELECT FROM {table} WHERE tenant_id = :tenant_id AND {name} LIKE '=\"%')"
    for table, name in _NAMED.items()
)


def _kept(name: str) -> str:
    """What the formula ``name`` comes to; null where it is none of a text, or of nothing."""
    inside = f"""replace((regexp_match({name}, '^="((?:[^"]|"")*)"$'))[1], '""', '"')"""
    return f"nullif(regexp_replace({inside}, '^\\s+|\\s+$', '', 'g'), '')"


def _kept_with_id(name: str, platform_id: str) -> str:
    """As ``_kept``; an order that shares its name with others has its platform's id behind it."""
    behind = f"' (' || {platform_id} || ')'"
    before = f"left({name}, -length({behind}))"
    return f"""coalesce({_kept(name)},
        CASE WHEN right({name}, length({behind})) = {behind}
            THEN {_kept(before)} || {behind} END)"""


def _renames(table: str) -> str:
    """Gives what a table has the names that are free; of two that would share one, the first's."""
    return f"""
        UPDATE {table} t SET external_id = n.name
        FROM (
            SELECT min(external_id) AS was, name FROM (
                SELECT external_id, {_name_of(table)} AS name FROM {table}
                WHERE tenant_id = :tenant_id AND external_id LIKE '="%') each
            GROUP BY name) n
        WHERE t.tenant_id = :tenant_id AND t.external_id = n.was AND n.name IS NOT NULL
          AND NOT EXISTS (
            SELECT FROM {table} o WHERE o.tenant_id = :tenant_id AND o.external_id = n.name)
    """  # noqa: S608 - the tables above


def _name_of(table: str) -> str:
    if table == "orders":
        return _kept_with_id("external_id", "platform_id")
    return _kept("external_id")


_LINES = f"""
    UPDATE order_lines l SET external_id = {_kept("l.external_id")}
    WHERE l.tenant_id = :tenant_id AND l.external_id LIKE '="%'
      AND {_kept("l.external_id")} IS NOT NULL AND NOT EXISTS (
        SELECT FROM order_lines t
        WHERE t.tenant_id = :tenant_id AND t.order_id = l.order_id AND t.line_no <> l.line_no
          AND coalesce({_kept("t.external_id")}, t.external_id) = {_kept("l.external_id")})
"""  # noqa: S608 - what is above
_GAPS = f"""
    UPDATE data_gaps g SET order_id = n.name
    FROM (
        SELECT min(order_id) AS was, kind, name FROM (
            SELECT order_id, kind, {_kept_with_id("order_id", "platform_id")} AS name
            FROM (
                SELECT order_id, kind, substring(order_id FROM '" \\(([^()]+)\\)$') AS platform_id
                FROM data_gaps WHERE tenant_id = :tenant_id AND order_id LIKE '="%') told) each
        GROUP BY kind, name) n
    WHERE g.tenant_id = :tenant_id AND g.order_id = n.was AND g.kind = n.kind
      AND n.name IS NOT NULL
      AND NOT EXISTS (
        SELECT FROM orders o WHERE o.tenant_id = :tenant_id AND o.external_id = n.was)
      AND NOT EXISTS (
        SELECT FROM data_gaps t
        WHERE t.tenant_id = :tenant_id AND t.order_id = n.name AND t.kind = n.kind)
"""  # noqa: S608 - what is above
"""What is not known of an order goes by the name that it has now, after ``orders``."""

_STATEMENTS = (
    *(_renames("products"), _renames("customers"), _renames("refunds")),
    *(_LINES, _renames("orders"), _GAPS),
)


def upgrade() -> None:
    """By tenant, as the row-level rules hold the owner too."""
    connection = op.get_bind()
    for tenant_id in connection.scalars(text(_TENANTS)).all():
        mine = {"tenant_id": tenant_id}
        connection.execute(text(_ENTER), {"tenant": str(tenant_id)})
        if not connection.scalar(text(f"SELECT {_ANY}"), mine):
            continue
        connection.execute(text(_LOCK), mine)
        for statement in _STATEMENTS:
            connection.execute(text(statement), mine)
    connection.execute(text(_LEAVE))


def downgrade() -> None:
    """Names stay: which of them a formula kept cannot be told any more."""
