"""Moves a tenant to another server, so that never two answer for it and nothing is lost.

Three commits follow one another. The copy is committed at the target as one that is arriving, which
no service takes for the tenant. Its rows are deleted at the source, and with that commit the fence
there opens: who waited finds no tenant and asks the directory. Then the copy is said to be the
tenant. Killed before the second, the source holds the tenant and the next run drops the copy;
killed after it, the next run says of the copy what this one did not.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from redis import Redis
from sqlalchemy import Connection, text

from analytics.admin.tenant_tables import delete_people, delete_tenant, on_behalf_of
from analytics.moving.copying import compare, copy_members, copy_rows
from analytics.moving.errors import MoveError, told_plainly
from analytics.moving.fence import close_fence, limit_waits
from analytics.moving.identities import pass_ids
from analytics.moving.rows import (
    columns_of,
    tenant_tables,
    write_alike,
)
from analytics.moving.servers import Place, Server, check_alike, places_of
from analytics.moving.states import tell_redis
from common.db.audit import COMMAND_LINE, Action, record
from common.db.ledger_writer import by_statements

_DURABLY: Final = text("SELECT set_config('synchronous_commit', 'on', true)")
_COMMITTING: Final = text("SELECT clock_timestamp()")
"""When the tenant came, by the clock that also says when a file of revocations is made."""
_LOCK: Final = text("SELECT arriving FROM tenants WHERE id = :tenant_id FOR UPDATE")
_ARRIVED: Final = text("UPDATE tenants SET arriving = false WHERE id = :tenant_id")
_SOURCE: Final = text(
    "SELECT subject, details ->> 'before' AS source FROM audit_entries"
    " WHERE tenant_id = :tenant_id AND action = :action ORDER BY at DESC LIMIT 1"
)
_MEMBERS: Final = text("SELECT admin_id FROM memberships WHERE tenant_id = :tenant_id")


@dataclass(frozen=True, slots=True)
class Move:
    """What is to be done. The first of ``servers`` is the home, where every account is.

    ``patience_seconds`` is how long others may act for the tenant before it is begun; ``tell`` gets
    a line for each step.
    """

    servers: Sequence[Server]
    redis: Redis
    slug: str
    to: str
    now: datetime
    patience_seconds: float
    tell: Callable[[str], None]

    def run(self) -> None:
        """Move the tenant, or end a move of it that was killed.

        Raises:
            MoveError: it cannot be moved.
        """
        with told_plainly():
            target = self._server(self.to)
            places = places_of(self.servers, self.slug)
            held = self._holding(places)
            if held.server is not target:
                self._move(held, target)
            elif len(places) > 1:
                self._stay(held)
            elif not held.arriving:
                raise MoveError(f"{self.slug} is on {target.name} already")

    def _server(self, name: str) -> Server:
        for server in self.servers:
            if server.name == name:
                return server
        known = ", ".join(server.name for server in self.servers)
        raise MoveError(f"there is no server {name!r}, only {known}")

    def _holding(self, places: Sequence[Place]) -> Place:
        """The server that holds the tenant: by now, where a move had but to say so."""
        if not places:
            raise MoveError(f"there is no tenant {self.slug!r}")
        holding = [place for place in places if not place.arriving] or list(places)
        if len(holding) > 1:
            named = " and ".join(place.server.name for place in holding)
            raise MoveError(
                f"{self.slug} is on {named}: one that was restored gives it up by"
                " `analytics revocations import`"
            )
        (held,) = holding
        if held.arriving:
            self._check_origin(held)
            self._arrive(held.server, held.tenant_id)
            self.tell(f"the move to {held.server.name} that was begun is ended")
        return held

    def _check_origin(self, copy: Place) -> None:
        """Take no copy for the tenant whose source was not asked: it may hold it yet."""
        with copy.server.engine.connect() as connection:
            on_behalf_of(connection, copy.tenant_id)
            named = {"tenant_id": copy.tenant_id, "action": Action.TENANT_MOVED}
            entry = connection.execute(_SOURCE, named).one_or_none()
        if entry is None or entry.subject != copy.server.name:
            raise MoveError(
                f"{copy.server.name} has no copy of {self.slug} that is under way, but one that"
                " `analytics revocations import` set aside: it had moved away before"
            )
        if entry.source not in {server.name for server in self.servers}:
            raise MoveError(f"{self.slug} was on its way from {entry.source!r}, which is not named")

    def _move(self, held: Place, target: Server) -> None:
        began = time.monotonic()
        tenant_id = held.tenant_id
        self.tell(f"{self.slug} is on {held.server.name}; waiting until nobody acts for it")
        with held.server.engine.connect() as source:
            self._close(source, tenant_id)
            self._drop_copies(held)
            tell_redis(source, self.redis, tenant_id, self.now)
            closed = time.monotonic()
            self.tell(f"nobody writes to it since {closed - began:.1f} s after the start")
            self._copy(source, target, held)
            self.tell(f"copied and compared in {time.monotonic() - closed:.1f} s")
            deleting = time.monotonic()
            people = source.scalars(_MEMBERS, {"tenant_id": tenant_id}).all()
            delete_tenant(source, tenant_id)
            if held.server is not self.servers[0]:
                delete_people(source, people)
            source.commit()
            self.tell(f"deleted on {held.server.name} in {time.monotonic() - deleting:.1f} s")
        self._arrive(target, tenant_id)
        self.tell(
            f"{self.slug} is on {target.name}; it was not written to for"
            f" {time.monotonic() - closed:.1f} s"
        )

    def _stay(self, held: Place) -> None:
        """Drop what a killed move left elsewhere."""
        with held.server.engine.connect() as source:
            self._close(source, held.tenant_id)
            self._drop_copies(held)
        self.tell(f"{self.slug} stays on {held.server.name}")

    def _close(self, source: Connection, tenant_id: int) -> None:
        """Have the tenant alone, if the server still holds it."""
        close_fence(source, tenant_id, patience_seconds=self.patience_seconds)
        limit_waits(source, self.patience_seconds)
        on_behalf_of(source, tenant_id)
        write_alike(source)
        source.execute(_DURABLY)  # lost, the delete would leave the tenant on two servers
        # The row's lock holds back what asks for no fence: rows of sales, and what refers to it.
        if source.scalar(_LOCK, {"tenant_id": tenant_id}) is not False:
            raise MoveError(f"{self.slug} was moved or erased meanwhile: look again")

    def _drop_copies(self, held: Place) -> None:
        """Drop copies that are no tenants, while the one that is one cannot move."""
        for place in places_of([s for s in self.servers if s is not held.server], self.slug):
            if not place.arriving or place.tenant_id != held.tenant_id:
                raise MoveError(f"{place.server.name} has a tenant {self.slug!r} too: look again")
            with place.server.engine.begin() as connection:
                on_behalf_of(connection, place.tenant_id)
                people = connection.scalars(_MEMBERS, {"tenant_id": place.tenant_id}).all()
                delete_tenant(connection, place.tenant_id)
                if place.server is not self.servers[0]:
                    delete_people(connection, people)
            self.tell(f"the copy on {place.server.name} that a move left is dropped")

    def _copy(self, source: Connection, target: Server, held: Place) -> None:
        """Commit the copy, once it is the same as what was copied."""
        tenant_id = held.tenant_id
        with target.engine.begin() as copy:
            limit_waits(copy, self.patience_seconds)
            write_alike(copy)
            copy.execute(_DURABLY)
            check_alike(source, copy)
            columns = columns_of(source)
            if columns != columns_of(copy):
                raise MoveError(f"{held.server.name} and {target.name} have not the same tables")
            on_behalf_of(copy, tenant_id)
            copy_members(source, copy, tenant_id, accounts=target is self.servers[0])
            tables = tenant_tables(columns)
            with by_statements(copy.exec_driver_sql):  # the marks of its days come along
                for table in tables:
                    copy_rows(source, copy, table, tenant_id)
                    pass_ids(copy, table, tenant_id)
            for table in tables:
                rows = compare(source, copy, table, tenant_id)
                if rows:
                    self.tell(f"{rows:>12,} {table.name}")
            record(
                copy,
                tenant_id,
                Action.TENANT_MOVED,
                COMMAND_LINE,
                at=copy.execute(_COMMITTING).scalar_one(),
                subject=target.name,
                before=held.server.name,
            )

    def _arrive(self, target: Server, tenant_id: int) -> None:
        """Say that the copy is the tenant."""
        with target.engine.begin() as connection:
            connection.execute(_DURABLY)
            on_behalf_of(connection, tenant_id)
            connection.execute(_ARRIVED, {"tenant_id": tenant_id})
