"""What PostgreSQL itself says of every table, index, key, policy, view, function and grant.

Everything is read from the catalogue of a migrated database, so that what a migration forgot, or
added beside the metadata, shows here. Whatever departs from the rule is listed with its reason.
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from common.db import tables as every_table
from common.db.metadata import Model
from common.db.roles import APPLICATION_GROUP

Rows = list[tuple[Any, ...]]
Ask = Callable[[str], Rows]

ABOVE_TENANTS = {
    "admins": "a person may run several shops; no figure of any shop is in it",
    "alembic_version": "the schema's version",
}
"""Tables without a tenant, and so without a policy."""

OF_PEOPLE = {"passkeys": "belong to a person, as the password does: seen on behalf of that admin"}
"""Tables without a tenant, whose policy names a person."""

_OF_A_PERSON = "belongs to a person, who is above tenants"
OTHER_KEYS = {
    "fk_passkeys_admin_id": _OF_A_PERSON,
    "pk_passkeys": _OF_A_PERSON,
    "ux_passkeys_credential_id": "a credential is a passkey of one account",
    "fk_memberships_admin_id": "leads from a tenant to a person, who is above tenants",
    "pk_discord_connections": "a guild is looked up before its shop is known, and has one",
    "ux_api_keys_digest": "a key is looked up before its shop is known, and has one",
    "pk_tenants": "the tenants themselves: their id is the tenant's",
    "uq_tenants_slug": "the tenants themselves: a slug names one of all",
    "uq_tenants_link_base_url": "the tenants themselves: an address is one tenant's",
}
"""Keys and indexes that do not lead with the tenant."""

OWN_TENANT = "(tenant_id = current_tenant())"
FOR_WHOM_LOOKS = {
    ("passkeys", "own", "ALL"): "(admin_id = current_admin())",
    ("tenants", "tenant", "ALL"): "(id = current_tenant())",
    ("tenants", "member", "SELECT"): (
        "CASE WHEN (current_admin() IS NULL) THEN false ELSE admin_is_member(id) END"
    ),
    ("memberships", "own", "SELECT"): "(admin_id = current_admin())",
    ("discord_connections", "guild", "SELECT"): "(guild_id = current_guild())",
    ("api_keys", "shown", "SELECT"): "(digest = current_key_digest())",
    ("audit_entries", "own", "INSERT"): (
        "CASE WHEN (current_admin() IS NULL) THEN false ELSE admin_is_member(tenant_id) END"
    ),
}
"""What a transaction without a tenant may do: an admin, a guild and a key find their shops; what
an admin does is told to each of theirs."""

OF_THE_OWNER = {
    "audit_entries.old_select": "forget_audit_entries()",
    "audit_entries.old_delete": "forget_audit_entries()",
    "imports.ended": "the turns of unfinished_imports()",
    "imports.unfinished": "unfinished_imports() and waiting_work()",
    "shares.recalled": "recalled_links() and revoked_links()",
    "shares.unrevoked": "live_links_by_key()",
    "shares.changed": "changed_links()",
    "frozen_reports.directory": "ended_frozen_reports()",
    "tenants.directory": "tenant_id_of(), tenants_now() and tenants_after()",
    "ledger_versions.directory": "tenants_now()",
    "ingest_connections.directory": "due_webhooks() and waiting_work()",
    "webhook_events.directory": "due_webhooks(), ended_webhooks() and waiting_work()",
}
"""Policies that hold for the role that owns the tables and for no service: what they are for."""

ACROSS_TENANTS = {
    "count_tenants": "bigint",
    "holds_tenant": "boolean",
    "tenant_of_link_base_url": "integer",
    "tenant_id_of": "integer",
    "tenants_after": "TABLE(tenant_id integer)",
    "forget_audit_entries": "bigint",
    "unfinished_imports": "TABLE(tenant_id integer, id uuid, state text)",
    "due_webhooks": "TABLE(tenant_id integer)",
    "ended_webhooks": "TABLE(tenant_id integer)",
    "waiting_work": (
        "TABLE(tenant_id integer, events bigint, events_due timestamp with time zone, dead bigint,"
        " imports bigint, imports_since timestamp with time zone)"
    ),
    "ended_frozen_reports": "TABLE(tenant_id integer)",
    "changed_links": (
        "TABLE(tenant_id integer, link_id uuid, expires_at timestamp with time zone,"
        " revision integer)"
    ),
    "live_links_by_key": (
        "TABLE(key_id text, tenant_id integer, links bigint, until timestamp with time zone)"
    ),
    "tenants_now": "TABLE(tenant_id integer, name text, timezone text, data_version bigint)",
    "revoked_links": (
        "TABLE(tenant_id integer, link_id uuid, expires_at timestamp with time zone,"
        " revoked_at timestamp with time zone)"
    ),
    "recalled_links": (
        "TABLE(tenant_id integer, link_id uuid, expires_at timestamp with time zone)"
    ),
}
"""Functions that run as the owner: ids, counts and times, and nothing a tenant wrote."""

READ_AND_ADD = {"audit_entries"}


@pytest.fixture(scope="module")
def ask(owner_of_shared: Engine) -> Ask:
    """Asks the catalogue."""

    def rows(query: str) -> Rows:
        with owner_of_shared.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    return rows


def tables(ask: Ask) -> set[str]:
    """Every table there is, in any schema of ours."""
    found = ask(
        """
        SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'f') AND relnamespace NOT IN (
            SELECT oid FROM pg_namespace
            WHERE nspname LIKE 'pg\\_%' OR nspname = 'information_schema')
        """
    )
    return {name for (name,) in found}


def with_tenants(ask: Ask) -> set[str]:
    return tables(ask) - set(ABOVE_TENANTS)


def test_the_database_has_the_tables_of_the_metadata(ask: Ask) -> None:
    assert every_table.TENANT_TABLES, "they are imported here, whichever test runs first"
    assert tables(ask) == set(Model.metadata.tables) | {"alembic_version"}


def test_every_table_but_those_above_tenants_says_whose_its_rows_are(ask: Ask) -> None:
    named = {
        name
        for (name,) in ask(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id'"
            " AND is_nullable = 'NO' AND table_schema = 'public'"
        )
    }
    assert with_tenants(ask) - {"tenants", *OF_PEOPLE} <= named
    assert not {*ABOVE_TENANTS, *OF_PEOPLE} & named


def test_row_level_security_is_forced_on_them(ask: Ask) -> None:
    forced = ask("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    assert {name for (name,) in forced} == with_tenants(ask)


def test_policies_show_the_own_tenant_and_no_other(ask: Ask) -> None:
    found = ask(
        "SELECT tablename, policyname, cmd, roles = '{public}', permissive,"
        " btrim(regexp_replace(coalesce(qual, with_check), '\\s+', ' ', 'g')),"
        " with_check IS NOT NULL AND qual IS NOT NULL FROM pg_policies"
    )
    seen = {}
    for table, policy, command, for_all, permissive, condition, checks_otherwise in found:
        assert permissive == "PERMISSIVE"
        assert not checks_otherwise, "what may be written is what may be read"
        if for_all:
            seen[table, policy, command] = condition
        else:
            assert f"{table}.{policy}" in OF_THE_OWNER
            assert command in {"SELECT", "DELETE"}
    usual = {(table, "tenant", "ALL"): OWN_TENANT for table in with_tenants(ask) - {*OF_PEOPLE}}
    assert seen == usual | FOR_WHOM_LOOKS


def test_policies_of_the_owner_are_for_no_service(ask: Ask) -> None:
    found = ask(
        "SELECT tablename || '.' || policyname, r.role,"
        " pg_has_role('analytics_app', r.role, 'MEMBER')"
        " FROM pg_policies, unnest(roles) AS r (role) WHERE roles <> '{public}'"
    )
    assert {name for name, _, _ in found} == set(OF_THE_OWNER)
    assert not [role for _, role, reachable in found if reachable]


def test_every_key_and_index_leads_with_the_tenant(ask: Ask) -> None:
    leading = ask(
        """
        SELECT t.relname, i.relname, a.attname
        FROM pg_index x
        JOIN pg_class t ON t.oid = x.indrelid
        JOIN pg_class i ON i.oid = x.indexrelid
        LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
        WHERE t.relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT c.conrelid::regclass::text, c.conname, a.attname
        FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f'
        """
    )
    assert len(leading) > 40
    others = {
        name
        for table, name, first in leading
        if table in with_tenants(ask) and first != "tenant_id"
    }
    assert others == set(OTHER_KEYS)


def test_every_table_has_a_primary_key(ask: Ask) -> None:
    keyed = {
        name for (name,) in ask("SELECT indrelid::regclass::text FROM pg_index WHERE indisprimary")
    }
    assert tables(ask) <= keyed


def test_a_foreign_key_between_tenants_tables_carries_the_tenant_along(ask: Ask) -> None:
    found = ask(
        """
        SELECT c.conname, c.confrelid::regclass::text, a.attname
        FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = c.confkey[1]
        WHERE c.contype = 'f'
        """
    )
    below = with_tenants(ask) - {"tenants"}
    wrong = [name for name, to, first in found if to in below and first != "tenant_id"]
    assert found
    assert not wrong


def test_a_view_runs_as_whoever_asks(ask: Ask) -> None:
    views = ask(
        "SELECT relname, relkind, 'security_invoker=true' = ANY (coalesce(reloptions, '{}'))"
        " FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
    )
    assert views
    assert {(kind, invoker) for _, kind, invoker in views} == {("v", True)}


def test_functions_that_see_all_tenants_tell_ids_and_times_alone(ask: Ask) -> None:
    found = ask(
        "SELECT proname, pg_get_function_result(oid), prosqlbody IS NOT NULL,"
        " EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0), proacl IS NULL"
        " FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    assert {name: result for name, result, *_ in found} == ACROSS_TENANTS
    for name, _, bound, public, unset in found:
        assert bound, f"{name}: a body bound when it was made, whatever the search path is"
        assert not public, f"{name} may be called by everybody"
        assert not unset, f"{name} may be called by everybody"


def test_the_services_may_read_and_write_rows_and_nothing_else(ask: Ask) -> None:
    grants = ask(
        "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE table_schema = 'public' AND grantee <> current_user"
    )
    assert {grantee for grantee, _, _ in grants} == {APPLICATION_GROUP}
    assert {each for _, _, each in grants} <= {"SELECT", "INSERT", "UPDATE", "DELETE"}
    for table in READ_AND_ADD:
        assert {each for _, name, each in grants if name == table} == {"SELECT", "INSERT"}
    assert {each for _, name, each in grants if name == "alembic_version"} == {"SELECT"}
    may = "has_schema_privilege('analytics_app', 'public', 'CREATE')"
    assert ask(
        f"SELECT {may}, has_database_privilege('analytics_app', current_database(), 'CREATE')"
    ) == [(False, False)]
