"""Which revision a database's schema is at, and which code it serves: told without Alembic.

A service only compares them, and Alembic with its templates takes a third of a second to load.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

_VERSIONS = Path(__file__).with_name("migrations") / "versions"


@functools.cache
def head() -> str:
    """The revision this version of the code expects: its number of four digits.

    A migration's file is named after its revision, and they follow one another.
    """
    return max(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*.py"))


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema of a database.

    Attributes:
        revision: of four digits; None before the first migration.
        serves: the oldest code it serves, by the newest revision such code knows; None where the
            schema says nothing of it, and serves the code of its own revision alone.
    """

    revision: str | None
    serves: str | None = None

    def is_newer(self, code: str) -> bool:
        """Whether a later version than ``code``, a revision, has migrated it."""
        return self.revision is not None and self.revision > code

    def supports(self, code: str) -> bool:
        """Whether code that knows the revisions up to ``code`` works on it."""
        if self.is_newer(code):
            return self.serves is not None and self.serves <= code
        return self.revision == code


def current(connection: Connection) -> str | None:
    """The revision the database is at, None before the first migration."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def read(connection: Connection) -> Schema:
    """The schema of the database."""
    revision = current(connection)
    if connection.scalar(text("SELECT to_regproc('schema_serves')")) is None:
        return Schema(revision)
    return Schema(revision, connection.scalar(text("SELECT schema_serves()")))
