"""Whether a database is a restored copy: links revoked after its dump would be alive in it.

A copy says so itself (``sql/database_origin_v1.sql``). As long as it is one no link of it is
believed; ``analytics revocations import`` brings the revocations back and adopts it.
"""

from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

_IS_COPY: Final = text("SELECT database_origin() IS DISTINCT FROM database_identity()")
_ADOPT: Final = text("SELECT adopt_database()")


def is_restored_copy(database: Connection | Session) -> bool:
    """Whether the database was restored from a dump, and nobody has adopted it since."""
    return bool(database.scalar(_IS_COPY))


def adopt(database: Connection | Session) -> None:
    """Say that the database is the one in force: as the role that owns it."""
    database.execute(_ADOPT)
