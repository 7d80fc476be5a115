"""Questions about the tenants of all servers: each is asked, and the answers are put together.

A server that does not answer costs its own tenants, which is logged; a question for which that
would not be safe asks the servers by itself (``common.db.shards.servers_of``). Of a tenant only the
server that holds it is believed: neither one where it is arriving, nor a restored copy. With one
server it is one question to that.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from secrets import SystemRandom
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, Row, TextClause, text
from sqlalchemy.exc import SQLAlchemyError

from common.db.shards import (
    HOME,
    TenantAwayError,
    TenantElsewhereError,
    directory_of,
)
from common.db.tenancy import Access, TenantSession, transaction

_HOLDS: Final = text("SELECT holds_tenant(:tenant_id)")
_ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtext('analytics unique over servers'))")

T = TypeVar("T")

_log = logging.getLogger(__name__)


def rows_of_all(
    engine: Engine, query: TextClause, given: Mapping[str, Any], *, whole: bool = False
) -> list[Row[*tuple[Any, ...]]]:
    """The rows of a function across tenants, from every server; each has a ``tenant_id``.

    Those of a server are in its order, and no server always comes first. One that hangs is waited
    for once, and then left out for a while.

    Raises:
        sqlalchemy.exc.DBAPIError: no server answered, or with ``whole`` one did not.
    """
    directory = directory_of(engine)
    if directory is None:
        with transaction(engine, Access()) as session:
            return list(session.execute(query, given))
    servers = [*directory.servers.items()]
    asks = {
        name: partial(held_rows, server, query, given)
        for name, server in SystemRandom().sample(servers, len(servers))
    }
    answers = directory.ask_patiently(asks)
    if answers.away and (whole or not answers.given):
        raise TenantAwayError(None, f"no answer from {', '.join(sorted(answers.away))}")
    for name, error in answers.away.items():
        facts = {"server": name, "error": type(error).__name__}
        _log.warning("a server of tenants was left out", extra=facts)
    return [row for rows in answers.given.values() for row in rows]


def held_rows(
    server: Engine, query: TextClause, given: Mapping[str, Any]
) -> list[Row[*tuple[Any, ...]]]:
    """The rows of a function across tenants from one of several servers, of tenants it holds."""
    # The query is one of this code's constants, and keeps its parameters.
    held = f"SELECT found.* FROM ({query.text}) found WHERE holds_tenant(found.tenant_id)"  # noqa: S608
    with transaction(server, Access()) as session:
        return list(session.execute(text(held), given))


@contextmanager
def one_at_a_time(engine: Engine) -> Iterator[None]:
    """Have the block to oneself, where several servers are asked whether a name is free.

    A lock at home, for which a connection of its pool is held. With one server its unique keys do.
    """
    if directory_of(engine) is None:
        yield
        return
    with transaction(engine, Access()) as session:
        session.execute(_ALONE)
        yield


def find_on_any(
    engine: Engine,
    access: Access,
    find: Callable[[TenantSession], T | None],
    tenant_of: Callable[[T], int],
) -> T | None:
    """What leads to a tenant, as it is found on the server that holds it; None where none is.

    Raises:
        TenantAwayError: it was not found, and a server did not answer or the tenant is moving.
    """
    directory = directory_of(engine)
    if directory is None:
        with transaction(engine, access) as session:
            return find(session)

    def find_on(server: Engine) -> T | None:
        with transaction(server, access) as session:
            found = find(session)
            if found is not None:
                tenant_id = tenant_of(found)
                if not session.scalar(_HOLDS, {"tenant_id": tenant_id}):
                    raise TenantElsewhereError(tenant_id)
            return found

    asks = {name: partial(find_on, server) for name, server in directory.servers.items()}
    answers = directory.look(asks, enough=lambda found: found is not None)
    found = next((each for each in answers.given.values() if each is not None), None)
    if found is None and answers.away:
        raise TenantAwayError(None, f"no answer from {', '.join(answers.away)}")
    return found


def connect_to_each(engine: Engine) -> Mapping[str, Exception]:
    """Connect once to each server: those that do not answer, and what each of them raised.

    Raises:
        UnsafeDatabaseRoleError: on one of them the role could read across tenants.
    """
    directory = directory_of(engine)
    if directory is None:
        try:
            _connect(engine)
        except SQLAlchemyError as error:
            return {HOME: error}
        return {}
    asks = {name: partial(_connect, server) for name, server in directory.servers.items()}
    return directory.ask(asks, away=(SQLAlchemyError,)).away


def _connect(engine: Engine) -> None:
    engine.connect().close()
