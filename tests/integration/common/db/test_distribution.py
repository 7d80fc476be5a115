"""The rules by which Citus takes the tables, held over the catalogue of a migrated database.

Which tables are spread by tenant and which stand on every node is told by ``common.db.tables``.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, text

from common.db.tables import DISTRIBUTED, REFERENCE

NAMES: Final = [model.__tablename__ for model in DISTRIBUTED]
EVERYWHERE: Final = [model.__tablename__ for model in REFERENCE]

TRANSITION_TABLES: Final = """
    SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger
    WHERE NOT tgisinternal AND (tgoldtable IS NOT NULL OR tgnewtable IS NOT NULL)
"""
UNGUARDED_TRIGGERS: Final = """
    SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger
    WHERE NOT tgisinternal AND (
        tgtype & 1 = 0 OR pg_get_triggerdef(oid) NOT LIKE '%app.loader%IS DISTINCT FROM ''on''%')
"""
DYNAMIC_SQL: Final = r"""
    SELECT DISTINCT p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND p.prosrc ~* '\mexecute\M'
"""
SUB_QUERIES: Final = r"""
    SELECT tablename || '.' || policyname FROM pg_policies
    WHERE concat(qual, ' ', with_check) ~* '\mselect\M'
"""
KEYS_WITHOUT_TENANT: Final = """
    SELECT i.indexrelid::regclass::text FROM pg_index i
    WHERE i.indisunique AND i.indrelid::regclass::text = ANY(:names) AND NOT EXISTS (
        SELECT FROM pg_attribute a
        WHERE a.attrelid = i.indrelid AND a.attname = 'tenant_id'
          AND a.attnum = ANY((i.indkey::smallint[])[0:i.indnkeyatts - 1]))
"""
CROSS_REFERENCES: Final = """
    SELECT c.conname FROM pg_constraint c
    WHERE c.contype = 'f' AND c.conrelid::regclass::text = ANY(:names)
      AND c.confrelid::regclass::text = ANY(:names) AND NOT EXISTS (
        SELECT FROM unnest(c.conkey, c.confkey) AS k (here, there)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.here
        JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.there
        WHERE a.attname = 'tenant_id' AND b.attname = 'tenant_id')
"""
FROM_EVERYWHERE: Final = """
    SELECT conname FROM pg_constraint
    WHERE contype = 'f' AND conrelid::regclass::text = ANY(:everywhere)
      AND NOT confrelid::regclass::text = ANY(:everywhere)
"""
PARTS_SET: Final = """
    SELECT conname FROM pg_constraint
    WHERE contype = 'f' AND conrelid::regclass::text = ANY(:names)
      AND (confdeltype IN ('n', 'd') OR confupdtype IN ('n', 'd'))
"""
Offenders = Callable[[Connection], list[str]]


def found(query: str) -> Offenders:
    def ask(connection: Connection) -> list[str]:
        given: dict[str, Any] = {}
        if ":names" in query:
            given["names"] = NAMES
        if ":everywhere" in query:
            given["everywhere"] = EVERYWHERE
        return list(connection.scalars(text(query), given))

    return ask


_TRIGGER: Final = (
    "CREATE TRIGGER broken AFTER INSERT ON orders REFERENCING NEW TABLE AS n"
    " FOR EACH STATEMENT EXECUTE FUNCTION mark_day_paid()"
)
RULES: Final = {
    "transition tables": (TRANSITION_TABLES, _TRIGGER),
    "triggers that a load cannot leave out": (
        UNGUARDED_TRIGGERS,
        (
            "CREATE TRIGGER broken AFTER INSERT ON shares"
            " FOR EACH ROW EXECUTE FUNCTION mark_day_paid()"
        ),
    ),
    "dynamic SQL in triggers": (
        DYNAMIC_SQL,
        (
            "CREATE OR REPLACE FUNCTION mark_day_paid() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN EXECUTE 'SELECT 1'; RETURN NULL; END $$"
        ),
    ),
    "policies with sub-queries": (
        SUB_QUERIES,
        "CREATE POLICY broken ON shares USING (EXISTS (SELECT FROM admins))",
    ),
    "keys without tenant": (
        KEYS_WITHOUT_TENANT,
        "CREATE UNIQUE INDEX broken ON shares (link_id) INCLUDE (tenant_id)",
    ),
    "references across tenants": (
        CROSS_REFERENCES,
        (
            "ALTER TABLE shares ADD UNIQUE (id); ALTER TABLE shares ADD COLUMN broken uuid"
            " CONSTRAINT broken REFERENCES shares (id)"
        ),
    ),
    "references of tables that are everywhere to spread ones": (
        FROM_EVERYWHERE,
        (
            "ALTER TABLE memberships ADD CONSTRAINT broken FOREIGN KEY (tenant_id)"
            " REFERENCES ledger_versions (tenant_id)"
        ),
    ),
    "references that set a part": (
        PARTS_SET,
        (
            "ALTER TABLE shares ADD CONSTRAINT broken FOREIGN KEY (tenant_id, created_by)"
            " REFERENCES memberships (tenant_id, admin_id) ON DELETE SET NULL (created_by)"
        ),
    ),
}


def test_the_schema_keeps_them(owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        offenders = {rule: found(query)(connection) for rule, (query, _) in RULES.items()}
    assert offenders == {key: [] for key in RULES}


def test_what_breaks_a_rule_is_seen(owner_engine: Engine) -> None:
    for rule, (query, broken) in RULES.items():
        with owner_engine.connect() as connection:
            connection.exec_driver_sql(broken)
            assert found(query)(connection) != [], rule
            connection.rollback()


def test_every_spread_table_has_a_tenant_and_a_primary_key(owner_engine: Engine) -> None:
    keyed = text(
        "SELECT a.attrelid::regclass::text FROM pg_attribute a"
        " JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary"
        " WHERE a.attname = 'tenant_id' AND a.attnum = i.indkey[0] AND a.atttypid = 'int4'::regtype"
    )
    with owner_engine.connect() as connection:
        assert set(NAMES) <= set(connection.scalars(keyed))


def test_the_documents_distribute_every_table() -> None:
    said = (Path(__file__).parents[4] / "docs" / "operations.md").read_text(encoding="utf-8")
    assert re.findall(r"create_reference_table\('(\w+)'\)", said) == EVERYWHERE
    assert re.findall(r"create_distributed_table\('(\w+)', 'tenant_id'\)", said) == NAMES
