"""Several PostgreSQL servers (shards): which of them holds a tenant, and on which a transaction is.

One is the *home*: it keeps the accounts, and tenants as well. Each of the others holds whole
tenants. The tenants table of each server is the truth of what it holds; which server that was is
remembered here, and checked by every transaction (``common.db.tenancy``). A server that does not
answer costs its own tenants: the others are found without it.

The directory hangs on the engine of the home, as an execution option.
"""

from collections.abc import Callable, Mapping
from functools import partial
from threading import Lock
from time import monotonic
from typing import Any, Final, TypeVar

import psycopg
from cachetools import LRUCache, TTLCache
from sqlalchemy import Engine, event
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from common.db.closed_fences import ClosedFences, waited_in_vain
from common.db.engine import (
    STATEMENT_TIMEOUT_SECONDS,
    UnsafeDatabaseRoleError,
    answer_seconds,
    create_service_engine,
)
from common.db.holding import holds
from common.db.parallel import Answers, Asker
from common.db.silence import hangs, is_silent

HOME: Final = "home"
"""The name of the server that ``DATABASE_URL`` is."""
DIRECTORY: Final = "analytics_directory"
"""The execution option that has the directory, of an engine with several servers."""
FENCE_CLASS: Final = 1732186
"""The first of the two keys of a tenant's fence, an advisory lock (``sql/tenant_places_v1.sql``).

The other is the tenant's id. Every transaction that may write for a tenant shares it on its server.
"""
DATABASE_AWAY: Final = (OperationalError, InterfaceError, PoolTimeoutError)
"""What a server that does not answer raises."""
SERVER_AWAY: Final = (SQLAlchemyError, UnsafeDatabaseRoleError)
"""What one of several servers raises that cannot be asked: as well one that is empty or restored.

It costs its own tenants, as one that does not answer.
"""

_REMEMBERED: Final = 100_000
_NOBODYS_REMEMBERED: Final = 10_000
_NOBODYS_SECONDS: Final = 1
"""How long it is remembered that no server holds a tenant: one may be made at any time."""
_SILENT_SECONDS: Final = 6
"""Longer than for a connection of a full pool is waited, and than the statement may take."""
_ROUNDS: Final = 3

T = TypeVar("T")


class TenantAwayError(OperationalError):
    """Which server holds the tenant cannot be told now: one does not answer, or it is on its way.

    A database that does not answer, to whoever handles those.
    """

    def __init__(self, tenant_id: int | None, reason: str) -> None:
        whose = "tenant" if tenant_id is None else f"tenant {tenant_id}"
        super().__init__(None, None, psycopg.OperationalError(f"{whose}: {reason}"))
        self.tenant_id = tenant_id
        self.reason = reason


class TenantElsewhereError(TenantAwayError):
    """The server of the transaction does not hold the tenant (any more)."""

    def __init__(self, tenant_id: int) -> None:
        super().__init__(tenant_id, "is not on this server")


class Directory:
    """Which server holds which tenant: asked when it is not known, remembered within bounds.

    ``servers`` are the engines by name, the home first; none of them has a directory. ``holds``
    asks one of them whether it holds a tenant: False is of one that is arriving, None of no such.
    """

    def __init__(
        self,
        servers: Mapping[str, Engine],
        holds: Callable[[Engine, int], bool | None] = holds,
        clock: Callable[[], float] = monotonic,
        fences: ClosedFences | None = None,
    ) -> None:
        self.servers = servers
        self._holds = holds
        self._lock = Lock()
        self._known: LRUCache[int, str] = LRUCache(_REMEMBERED)
        self._nobodys = TTLCache[int, bool](_NOBODYS_REMEMBERED, _NOBODYS_SECONDS, clock)
        self._asker = Asker(hangs, clock)
        self._patient = Asker(is_silent, clock)
        self._fences = fences or ClosedFences()

    def close(self) -> None:
        """Give the connections of all servers but the home's back, once no one is asked."""
        self._asker.close()
        self._patient.close()
        for name, engine in self.servers.items():
            if name != HOME:
                engine.dispose()

    def find(self, tenant_id: int) -> str | None:
        """The name of the server that holds the tenant; None if no server does.

        Raises:
            TenantAwayError: one did not answer, or the tenant is on its way, and no server has it.
        """
        with self._lock:
            known = self._known.get(tenant_id)
            if known is not None or tenant_id in self._nobodys:
                return known
        return self._ask(tenant_id)

    def forget(self, tenant_id: int) -> None:
        """Ask again when the tenant is looked for next."""
        with self._lock:
            self._known.pop(tenant_id, None)
            self._nobodys.pop(tenant_id, None)

    def on_holder(
        self, tenant_id: int, begin: Callable[[Engine, bool], T], *, fenced: bool = True
    ) -> T:
        """What ``begin`` makes on the server that holds the tenant; ``fenced`` waits at its fence.

        It is given whether the tenant has to be there: one that no server holds has no rows, and
        the home has none of them. Where it raises ``TenantElsewhereError`` the servers are asked.

        Raises:
            TenantAwayError: a server did not answer, and no other has the tenant; or its fence
                was found closed a moment ago.
        """
        if not fenced:
            return self._on_holder(tenant_id, begin)
        if self._fences.is_closed(tenant_id):
            raise TenantAwayError(tenant_id, "is moving to another server")
        with self._fences.entering(tenant_id):
            return self._on_holder(tenant_id, begin)

    def _on_holder(self, tenant_id: int, begin: Callable[[Engine, bool], T]) -> T:
        for left in reversed(range(_ROUNDS)):
            name = self.find(tenant_id)
            try:
                return begin(self.servers[name or HOME], name is not None)
            except TenantElsewhereError:
                self.forget(tenant_id)
                if left == 0:
                    raise
            except DATABASE_AWAY as error:
                if not waited_in_vain(error):
                    self.forget(tenant_id)
                raise
        raise AssertionError  # pragma: no cover - the last round answers or raises

    def _ask(self, tenant_id: int) -> str | None:
        """The server that says it holds the tenant."""
        asks = {
            name: partial(self._holds, engine, tenant_id) for name, engine in self.servers.items()
        }
        answers = self.look(asks, enough=bool)
        found = next((name for name, held in answers.given.items() if held), None)
        if found is None and answers.away:
            raise TenantAwayError(tenant_id, f"no answer from {', '.join(answers.away)}")
        if found is None and False in answers.given.values():
            raise TenantAwayError(tenant_id, "is moving to another server")
        with self._lock:
            if found is None:
                self._nobodys[tenant_id] = True
            else:
                self._known[tenant_id] = found
        return found

    def look(
        self, asks: Mapping[str, Callable[[], T]], *, enough: Callable[[T], bool]
    ) -> Answers[T]:
        """Ask for what is a tenant's; None is of a server that knows nothing of it.

        What moves between two answers is on neither: so it is asked for twice.
        """
        answers = self.ask(asks, enough=enough)
        if not answers.away and all(each is None for each in answers.given.values()):
            answers = self.ask(asks, enough=enough)
        return answers

    def ask(
        self,
        asks: Mapping[str, Callable[[], T]],
        *,
        enough: Callable[[T], bool] = lambda _: False,
        away: tuple[type[Exception], ...] = SERVER_AWAY,
    ) -> Answers[T]:
        """The answers of servers, within seconds: one that hung a moment ago is not waited for."""
        return self._asker.ask(asks, away=away, enough=enough, within=_SILENT_SECONDS)

    def ask_patiently(self, asks: Mapping[str, Callable[[], T]]) -> Answers[T]:
        """As ``ask``, of what may take as long as a statement may."""
        within = answer_seconds(self.servers[HOME])
        return self._patient.ask(asks, away=SERVER_AWAY, enough=lambda _: False, within=within)


def directory_of(engine: Engine) -> Directory | None:
    """The directory of an engine with several servers; None where there is one."""
    found: Directory | None = engine.get_execution_options().get(DIRECTORY)
    return found


def servers_of(engine: Engine) -> Mapping[str, Engine]:
    """The engines of a deployment's servers by name, the home first; without a directory."""
    directory = directory_of(engine)
    return {HOME: engine} if directory is None else directory.servers


def further_servers(engine: Engine) -> dict[str, Engine]:
    """As ``servers_of``, without the home: none where there is one server."""
    return {name: each for name, each in servers_of(engine).items() if name != HOME}


def create_sharded_engine(
    url: str,
    shard_urls: Mapping[str, str],
    *,
    application_name: str,
    pool_size: int = 5,
    statement_timeout_seconds: int = STATEMENT_TIMEOUT_SECONDS,
) -> Engine:
    """The engine of the home, which leads transactions on behalf of tenants to their servers.

    ``shard_urls`` are the further servers, by name. Each has a pool of ``pool_size``; disposing of
    the home's engine disposes of all. Without any it is ``create_service_engine``'s.

    Raises:
        ValueError: a URL is no PostgreSQL URL.
    """
    options: dict[str, Any] = {
        "application_name": application_name,
        "pool_size": pool_size,
        "statement_timeout_seconds": statement_timeout_seconds,
    }
    home = create_service_engine(url, **options)
    if not shard_urls:
        return home
    shards = {name: create_service_engine(each, **options) for name, each in shard_urls.items()}
    directory = Directory({HOME: home.execution_options(**{DIRECTORY: None}), **shards})
    home.update_execution_options(**{DIRECTORY: directory})

    @event.listens_for(home, "engine_disposed")
    def _dispose(_: Engine) -> None:
        directory.close()

    return home
