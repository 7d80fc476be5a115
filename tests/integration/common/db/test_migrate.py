"""Migrations on a real database: once, again, at the same time, and from a later version."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text

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


def test_tables_of_a_later_version_are_left_alone(
    owner_url: str, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrate.NewerSchemaError) as refused:
        migrate.upgrade(owner_url)
    assert refused.value.revision == "9999"
    monkeypatch.setenv("DATABASE_OWNER_URL", owner_url)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    said = CliRunner().invoke(main, ["migrate"])
    assert said.exit_code != 0
    assert "later version" in said.output
    assert "Traceback" not in said.output
    assert revision(owner_engine) == "9999"
