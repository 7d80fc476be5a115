"""Migrations on a real database: once, again, at the same time, and from a later version."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text
from tests.support.later_versions import REVISION, migrate_later

from analytics.cli import main
from common.db import migrate, revisions


def revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return revisions.current(connection)


def test_again_and_at_the_same_time_changes_nothing(owner_url: str, owner_engine: Engine) -> None:
    with ThreadPoolExecutor(3) as pool:
        for each in [pool.submit(migrate.upgrade, owner_url) for _ in range(3)]:
            each.result()
    assert revision(owner_engine) == revisions.head()


def migrate_by_command(monkeypatch: pytest.MonkeyPatch, owner_url: str) -> Result:
    monkeypatch.setenv("DATABASE_OWNER_URL", owner_url)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return CliRunner().invoke(main, ["migrate"])


def test_a_later_schema_that_serves_this_version_is_left_alone(
    owner_url: str, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate_later(owner_url, serves=revisions.head())
    said = migrate_by_command(monkeypatch, owner_url)
    assert said.exit_code == 0, said.output
    assert "nothing to do" in said.output
    assert REVISION in said.output
    assert revision(owner_engine) == REVISION


def test_a_later_schema_that_does_not_serve_this_version_is_refused(
    owner_url: str, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate_later(owner_url, serves="9998")
    with pytest.raises(migrate.NewerSchemaError) as refused:
        migrate.upgrade(owner_url)
    assert refused.value.schema == revisions.Schema(REVISION, serves="9998")
    said = migrate_by_command(monkeypatch, owner_url)
    assert said.exit_code == 1
    assert "serves versions from revision 9998 on" in said.output
    assert "Traceback" not in said.output
    assert revision(owner_engine) == REVISION


def test_a_later_schema_of_before_it_said_what_it_serves_is_refused(
    owner_url: str, owner_engine: Engine
) -> None:
    migrate_later(owner_url, serves=revisions.head())
    with owner_engine.begin() as connection:
        connection.execute(text("DROP FUNCTION schema_serves()"))
    with pytest.raises(migrate.NewerSchemaError):
        migrate.upgrade(owner_url)
