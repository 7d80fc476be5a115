"""The migrations that are out make the schema they always made, wherever their SQL stands."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError
from tests.support.catalogue import catalogue
from tests.support.servers import Servers

from common.db import migrate
from common.db.accounts import MAX_NAME_LENGTH
from common.db.engine import psycopg_url

RELEASED = Path(__file__).with_name("catalogue_0007.txt")
"""The catalogue after revision 0007, when the SQL stood in the migrations themselves."""

LINK = "5f0e6f2e-0000-4000-8000-000000000001"


@pytest.fixture
def empty_database(servers: Servers) -> Iterator[str]:
    """A database without any table, as the role that owns it."""
    name = f"test_{secrets.token_hex(8)}"
    admin = create_engine(psycopg_url(servers.owner_url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    yield psycopg_url(servers.owner_url).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def test_longer_names_of_before_are_kept_and_new_ones_refused(empty_database: str) -> None:
    insert = text(
        "INSERT INTO tenants (slug, name, currency, timezone)"
        " VALUES (:slug, repeat('é', :length), 'EUR', 'UTC')"
    )
    migrate.upgrade(empty_database, "0015")
    engine = create_engine(psycopg_url(empty_database))
    with engine.begin() as connection:
        connection.execute(insert, {"slug": "old", "length": 201})
    migrate.upgrade(empty_database)
    with engine.begin() as connection:
        connection.execute(insert, {"slug": "longest", "length": MAX_NAME_LENGTH})
    with pytest.raises(IntegrityError, match="ck_tenants_name"), engine.begin() as connection:
        connection.execute(insert, {"slug": "new", "length": MAX_NAME_LENGTH + 1})
    with engine.connect() as connection:
        names = text("SELECT slug, char_length(name) FROM tenants ORDER BY slug")
        assert [*connection.execute(names)] == [("longest", 200), ("old", 201)]
    engine.dispose()


def test_released_migrations_make_the_schema_they_made(empty_database: str) -> None:
    migrate.upgrade(empty_database, "0007")
    engine = create_engine(psycopg_url(empty_database))
    with engine.connect() as connection:
        made = catalogue(connection)
    engine.dispose()
    assert made == RELEASED.read_text(encoding="utf-8").splitlines()


def test_frozen_reports_of_before_are_those_of_their_links(empty_database: str) -> None:
    """The role that owns the tables is held by the policies, too; a superuser would not be."""
    migrate.upgrade(empty_database, "0040")
    engine = create_engine(psycopg_url(empty_database))
    with engine.begin() as connection:
        for number in (1, 2):
            connection.execute(
                text(
                    "INSERT INTO tenants (id, slug, name, currency, timezone)"
                    " VALUES (:tenant, :slug, 'S', 'EUR', 'UTC')"
                ),
                {"tenant": number, "slug": f"s{number}"},
            )
            connection.execute(text(f"SELECT set_config('app.tenant_id', '{number}', true)"))
            connection.execute(
                text(
                    "INSERT INTO shares (tenant_id, id, link_id, report, period, kind, window_from,"
                    " window_to, key_id, issued_at, expires_at) VALUES (:tenant, gen_random_uuid(),"
                    " :link, :report, '7d', 'frozen', '2026-01-01Z', '2026-01-08Z', 'k',"
                    " '2026-01-08Z', '2027-01-08Z')"
                ),
                {"tenant": number, "link": LINK, "report": f"report-{number}"},
            )
            connection.execute(
                text(
                    "INSERT INTO frozen_reports (tenant_id, link_id, fields, frozen_at, expires_at)"
                    " VALUES (:tenant, :link, 'x', '2026-01-08Z', '2027-01-08Z')"
                ),
                {"tenant": number, "link": LINK},
            )
    migrate.upgrade(empty_database)
    with engine.begin() as connection:
        for number in (1, 2):
            connection.execute(text(f"SELECT set_config('app.tenant_id', '{number}', true)"))
            mine = text("SELECT report FROM frozen_reports WHERE tenant_id = :tenant")
            assert connection.scalar(mine, {"tenant": number}) == f"report-{number}"
        forced = text(
            "SELECT count(*) FROM pg_class WHERE relname IN ('shares', 'frozen_reports')"
            " AND relrowsecurity AND relforcerowsecurity"
        )
        assert connection.scalar(forced) == 2
    engine.dispose()


def test_undoing_what_citus_asks_of_the_schema_makes_the_one_of_before(
    empty_database: str,
) -> None:
    migrate.upgrade(empty_database, "0042")
    engine = create_engine(psycopg_url(empty_database))
    made: list[list[str]] = []
    for step in (None, "0043", None, "0043"):
        with engine.connect() as connection:
            if step is None and made:
                config = migrate._config()
                config.attributes["connection"] = connection
                command.downgrade(config, "0042")
                connection.commit()
        if step is not None:
            migrate.upgrade(empty_database, step)
        with engine.connect() as connection:
            made.append(catalogue(connection))
    engine.dispose()
    assert made[0] == made[2]
    assert made[1] == made[3]
    assert made[0] != made[1]
