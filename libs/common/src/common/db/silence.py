"""Tells a server that hangs from one that is busy, by the error that came late from it."""

from psycopg.errors import ConnectionTimeout, QueryCanceled
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from common.db.read_timeout import HungServerError


def hangs(error: Exception) -> bool | None:
    """Whether the server of a late error hangs; None where the error says nothing of it.

    A full pool is busy. What the server itself says is an answer, but for a statement that took
    too long.
    """
    if isinstance(error, PoolTimeoutError):
        return None
    if type(error) not in {OperationalError, InterfaceError}:  # others are raised by this product
        return False
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state in {None, QueryCanceled.sqlstate}


def is_silent(error: Exception) -> bool | None:
    """As ``hangs``, of what may take long: whatever was said is an answer."""
    if isinstance(error, PoolTimeoutError):
        return None
    return isinstance(getattr(error, "orig", None), ConnectionTimeout | HungServerError)
