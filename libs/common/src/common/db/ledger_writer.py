"""Writers of the sales ledger that do by statements, for all their rows, what triggers do for one.

A trigger marks the local days of a row and checks what it refers to, for whoever says nothing:
older code, a test, an operator. Who says ``by_statements`` has to mark every day that it adds to,
changes or takes from, with the tenant's row locked (``ZONE``), and to check references itself: a
day without a mark is wrong for good.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

ZONE: Final = "SELECT timezone FROM tenants WHERE id = %(tenant_id)s FOR SHARE"
"""The tenant's zone by which days are marked; it stays until the transaction ends."""

_BY_STATEMENTS: Final = "SET LOCAL app.loader = 'on'"
_BY_ROWS: Final = "SET LOCAL app.loader = 'off'"


@contextmanager
def by_statements(execute: Callable[[str], object]) -> Iterator[None]:
    """Write without the ledger's triggers; ``execute`` runs a statement in the transaction."""
    execute(_BY_STATEMENTS)
    yield
    execute(_BY_ROWS)
