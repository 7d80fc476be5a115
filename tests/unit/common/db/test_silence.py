"""A full pool and a refusal of the server are no server that hangs."""

import psycopg
import pytest
from psycopg.errors import ConnectionTimeout, InsufficientPrivilege, LockNotAvailable, QueryCanceled
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from common.db.read_timeout import HungServerError
from common.db.shards import TenantElsewhereError
from common.db.silence import hangs, is_silent


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PoolTimeoutError("full"), None),
        (OperationalError(None, None, psycopg.OperationalError("connection timeout")), True),
        (OperationalError(None, None, QueryCanceled("statement timeout")), True),
        (OperationalError(None, None, LockNotAvailable("fence")), False),
        (ProgrammingError(None, None, InsufficientPrivilege("no")), False),
        (TenantElsewhereError(1), False),
    ],
)
def test_what_a_late_error_says_of_its_server(error: Exception, told: bool | None) -> None:
    assert hangs(error) is told


def test_of_what_may_take_long_whatever_was_said_is_an_answer() -> None:
    for said in (QueryCanceled("statement timeout"), psycopg.OperationalError("starting up")):
        assert is_silent(OperationalError(None, None, said)) is False
    for silence in (ConnectionTimeout("connection timeout"), HungServerError("said nothing")):
        assert is_silent(OperationalError(None, None, silence)) is True
    assert is_silent(PoolTimeoutError("full")) is None
