"""Tracking: which tenants' keys are proven not to have changed since they were read.

Redis tells of every key that changes (client tracking, broadcast to ``loading.key_tracker``), each
server on one connection and in order. So whoever has its answer to a ``PING`` has been told of all
changes from before that answer, and what was read since then and not told of is as it was. A proof
lasts for ``seconds`` from *before* its ping was sent, no longer than an answer of Redis is believed
anyhow: a change whose news is lost with the connection shows as late as one never told of.

A tenant is one unit: a change of any of its keys ends the trust in all that was read of it.
"""

import time
from typing import Final
from weakref import WeakValueDictionary

_NEVER: Final = float("-inf")


class Unchanged:
    """That no key of a tenant was told to have changed, as long as it ``holds``."""

    __slots__ = ("__weakref__", "_since", "holds", "server")

    def __init__(self, since: float, server: "ServerTracking") -> None:
        self._since = since
        self.server = server
        self.holds = True

    def covers(self, asked: float) -> bool:
        """Whether it says so of what was asked at a moment on the monotonic clock."""
        return self.holds and self._since < asked


class ServerTracking:
    """What one server tells.

    Args:
        seconds: how long a proof lasts.

    Attributes:
        proven_until: until when what ``holds`` is true, on the monotonic clock.
    """

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._run: str | None = None
        self._tenants: WeakValueDictionary[int, Unchanged] = WeakValueDictionary()
        self.proven_until = _NEVER

    def begin(self, run: str | None) -> None:
        """Changes are told from now on, those of one run of a server."""
        self.end()
        self._run = run

    def end(self) -> None:
        """Nothing is told any more."""
        self._run, self.proven_until = None, _NEVER
        self.change_all()

    def prove(self, asked: float) -> None:
        """All changes were told up to the answer to a ping that was sent at ``asked``."""
        self.proven_until = asked + self._seconds

    def is_proven(self) -> bool:
        """Whether changes are told at present."""
        return time.monotonic() < self.proven_until

    def change(self, tenant_id: int) -> None:
        """A key of the tenant has changed."""
        known = self._tenants.pop(tenant_id, None)
        if known is not None:
            known.holds = False

    def change_all(self) -> None:
        """Any key may have changed."""
        for tenant_id in list(self._tenants):
            self.change(tenant_id)

    def of_tenant(self, tenant_id: int, run: str | None) -> Unchanged | None:
        """What vouches for a tenant's keys on a ``run`` of a server; None for another's.

        A tenant is looked after from the first time that it is asked for, while that is kept.
        """
        if self._run is None or run != self._run:
            return None
        known = self._tenants.get(tenant_id)
        if known is None:
            known = self._tenants[tenant_id] = Unchanged(time.monotonic(), self)
        return known


class Tracking:
    """What all servers tell: one, or the nodes of a cluster, each of its own tenants.

    Args:
        seconds: how long a proof lasts.
    """

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._servers: dict[str, ServerTracking] = {}

    def of_server(self, name: str = "") -> ServerTracking:
        """What a server tells, from now on if it was not known; the only one has no name."""
        known = self._servers.get(name)
        if known is None:
            known = self._servers[name] = ServerTracking(seconds=self._seconds)
        return known

    def leave(self, name: str) -> None:
        """A server tells nothing any more."""
        left = self._servers.pop(name, None)
        if left is not None:
            left.end()

    def is_proven(self) -> bool:
        """Whether all changes are told at present."""
        return bool(self._servers) and all(each.is_proven() for each in self._servers.values())

    def change_all(self) -> None:
        """Any key may have changed."""
        for each in self._servers.values():
            each.change_all()

    def of_tenant(self, tenant_id: int, run: str | None) -> Unchanged | None:
        """What vouches for a tenant's keys on a ``run`` of a server; None where none does."""
        for each in self._servers.values():
            found = each.of_tenant(tenant_id, run)
            if found is not None:
                return found
        return None
