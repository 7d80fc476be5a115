"""Which revision a database's schema is at, and which this code expects: told without Alembic.

A service only compares them, and Alembic with its templates takes a third of a second to load.
"""

from pathlib import Path

from sqlalchemy import Connection, text

_VERSIONS = Path(__file__).with_name("migrations") / "versions"


def head() -> str:
    """The revision this version of the code expects: its number of four digits.

    A migration's file is named after its revision, and they follow one another.
    """
    return max(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*.py"))


def current(connection: Connection) -> str | None:
    """The revision the database is at, None before the first migration."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found
