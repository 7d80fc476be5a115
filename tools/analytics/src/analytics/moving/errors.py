"""Why a tenant cannot be moved, in a line."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from redis import RedisError
from sqlalchemy.exc import DBAPIError


class MoveError(Exception):
    """The tenant was not moved to the end. A second run of the same move is safe."""


@contextmanager
def told_plainly(server: str = "") -> Iterator[None]:
    """Turn what servers say into the first line of it; ``server`` is which one said it.

    Raises:
        MoveError: a server cannot be used.
    """
    prefix = f"{server}: " if server else ""
    try:
        yield
    except DBAPIError as error:
        raise MoveError(f"{prefix}{_first(error.orig)}") from error
    except psycopg.Error as error:
        raise MoveError(f"{prefix}{_first(error)}") from error
    except (RedisError, OSError) as error:
        raise MoveError(f"Redis does not answer: {type(error).__name__}") from error


def _first(error: BaseException | None) -> str:
    (said, *_) = str(error).strip().splitlines() or ["it does not answer"]
    if isinstance(error, psycopg.errors.CheckViolation):
        return f"{said}: it is older than this rule, rename it first"
    return said
