"""Ids that the home gives for all servers: of tenants and of accounts, never one that any has.

A home that was restored from an older dump, or that failed over to a standby which lagged, would
give ids again that other servers hold since.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, text

from analytics.moving.identities import step_past

_HIGHEST: Final = {
    table: text(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 - names of ours
    for table in ("tenants", "admins")
}


def highest_ids(server: Connection) -> dict[str, int]:
    """The highest id of each table on a server, whoever it is of."""
    return {table: server.execute(query).scalar_one() for table, query in _HIGHEST.items()}


def pass_ids_of_all(home: Connection, others: Iterable[dict[str, int]]) -> None:
    """Let the home's sequences give ids above its own and above those of the ``others``."""
    found = [highest_ids(home), *others]
    for table in _HIGHEST:
        sequence = home.execute(
            text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": table}
        ).scalar_one()
        step_past(home, sequence, max(each[table] for each in found))
