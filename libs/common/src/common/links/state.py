"""Link states in Redis: a link opens only while its state there says active.

A state is written when a link is issued and when it is revoked, and lapses with the link. A link
without a state is not trusted: the ledger in PostgreSQL decides, through ``jobs.RestoreLink``. So
an emptied Redis never revives a revoked link.

Nor does one that went back in time. An ``active`` names the run of the server that it was written
in (``run_id``, which every start of a server makes anew) and counts in that run alone: what an old
append-only file, a snapshot or a replica that took over brings back is asked of the ledger again.
A ``revoked`` counts always.

An ``active`` also says what the link shows beside what its token says, see ``links.options``:
behind the run stand the revision and the options, ``active:<run>:<revision>:<JSON>``. A plain link
has neither.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from redis import Redis, RedisError
from redis.exceptions import ResponseError

from common.links import brand, options, tenant_names
from common.links.brand import Brand
from common.links.options import PLAIN, LinkOptions
from common.links.tenant_names import TenantName
from common.reports_cache.cache import DONE_CHANNEL

UNKNOWN_SECONDS = 3600
"""For how long a link that is in no ledger is remembered as one that does not open."""

_RUN_ID: Final = re.compile(rb"^run_id:([0-9a-f]{40})\r?$", re.MULTILINE)

INFORM: Final = "return string.match(redis.call('info', 'server'), 'run_id:%x+') or ''"
"""The script that tells the run of the server that has its keys, if it is given some."""

# KEYS: state. ARGV: the run or '' for that of now, when the state lapses, the options' revision,
# and they (or nothing).
_ACTIVATE: Final = """
local run = ARGV[1]
if run == '' then run = string.match(redis.call('info', 'server'), 'run_id:(%x+)') end
if not run then return redis.error_reply('INFO server tells no run_id') end
local known = redis.call('get', KEYS[1])
if known == 'revoked' then return 0 end
local revision = known and string.match(known, '^active:' .. run .. ':(%d+):')
if revision and tonumber(revision) > tonumber(ARGV[3]) then return 0 end
local state = 'active:' .. run
if ARGV[4] ~= '' then state = state .. ':' .. ARGV[3] .. ':' .. ARGV[4] end
redis.call('set', KEYS[1], state, 'exat', ARGV[2])
return 1
"""


class UnknownEpochError(RedisError):
    """The server does not say which run of it this is: nothing it remembers can be trusted."""


class LinkState(StrEnum):
    """What is known of a link."""

    ACTIVE = "active"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class LinkRef:
    """A link whose state is written: until ``expires_at`` it matters."""

    tenant_id: int
    link_id: UUID
    expires_at: datetime


class KnownLink(NamedTuple):
    """What is known of a link; ``options`` count for one that is active."""

    state: LinkState | None
    options: LinkOptions = PLAIN


_UNKNOWN: Final = KnownLink(None)
_REVOKED: Final = KnownLink(LinkState.REVOKED)
_ACTIVE: Final = KnownLink(LinkState.ACTIVE)


def state_key(tenant_id: int, link_id: UUID) -> str:
    """The Redis key of a link's state."""
    return f"{{{tenant_id}}}:link:{link_id.hex}"


def is_state_key(name: str) -> bool:
    """Whether a key's name is that of a link's state."""
    return name.partition("}")[2].startswith(":link:")


def parse_epoch(information: bytes) -> str:
    """The run of a server, from its answer to ``INFO server``, or to ``INFORM``.

    Raises:
        UnknownEpochError: it does not say.
    """
    found = _RUN_ID.search(information)
    if found is None:
        raise UnknownEpochError("INFO server tells no run_id")
    return found[1].decode("ascii")


def parse_link(data: bytes | None, *, epoch: str | None) -> KnownLink:
    """What a key's value says of a link, read in a ``epoch`` of the server.

    The state is None when there is none, none we know, or an ``active`` of another run.
    """
    if data == LinkState.REVOKED.value.encode("ascii"):
        return _REVOKED
    if data is None or epoch is None:
        return _UNKNOWN
    plain = b"active:%b" % epoch.encode("ascii")
    if data == plain:
        return _ACTIVE
    if not data.startswith(plain + b":"):
        return _UNKNOWN
    try:
        found = options.decode(data[len(plain) + 1 :].partition(b":")[2])
    except msgspec.DecodeError:
        return _UNKNOWN
    return KnownLink(LinkState.ACTIVE, found)


class LinkStateStore:
    """Writes link states. ``redis`` is a client that returns bytes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def epoch(self, tenant_id: int) -> str:
        """The run, at this moment, of the server that has a tenant's keys."""
        # As a script's answer it is text: the client would take it apart and guess at types.
        return parse_epoch(self._redis.eval(INFORM, 1, tenant_names.key(tenant_id)))

    def activate(
        self, link: LinkRef, shown: LinkOptions = PLAIN, *, epoch: str | None = None
    ) -> None:
        """Let a link open in a ``epoch`` of the server, unless it was revoked.

        Options of a later revision stay.

        By default in the run of now. What was looked up before it is written needs the run from
        before the look-up: written to a server that was started meanwhile, it counts for nothing.
        """
        self._redis.eval(
            _ACTIVATE,
            1,
            state_key(link.tenant_id, link.link_id),
            epoch or "",
            str(int(link.expires_at.timestamp())),
            str(shown.revision),
            b"" if shown == PLAIN else options.encode(shown),
        )

    def read(self, links: Sequence[LinkRef]) -> list[LinkState | None]:
        """The state of each of ``links`` in the run of now, as ``parse_link`` has it."""
        return [each.state for each in self.read_links(links)]

    def read_links(self, links: Sequence[LinkRef]) -> list[KnownLink]:
        """What is known of each of ``links`` in the run of now, as ``parse_link`` has it."""
        tenants = dict.fromkeys(link.tenant_id for link in links)
        with self._redis.pipeline(transaction=False) as pipe:
            for tenant_id in tenants:
                pipe.eval(INFORM, 1, tenant_names.key(tenant_id))
            for link in links:
                pipe.get(state_key(link.tenant_id, link.link_id))
            answers = pipe.execute()
        told = zip(tenants, answers, strict=False)
        epochs = {tenant_id: parse_epoch(information) for tenant_id, information in told}
        states = zip(links, answers[len(tenants) :], strict=True)
        return [parse_link(data, epoch=epochs[link.tenant_id]) for link, data in states]

    def store_tenant_name(self, tenant_id: int, tenant: TenantName) -> None:
        """Say whose a tenant's links are, for their previews."""
        tenant_names.store(self._redis, tenant_id, tenant)

    def store_brand(self, tenant_id: int, shown: Brand, logo: bytes | None) -> None:
        """Say what a tenant's links show of it; nothing where none was ever set."""
        if shown.revision:
            brand.store(self._redis, tenant_id, shown, logo)

    def revoke(self, links: Iterable[LinkRef]) -> None:
        """Revoke links, each until it would have expired anyway, and tell the viewers.

        A viewer that does not hear of it finds the state within a second. A full server refuses to
        write ``revoked`` and still forgets: a link without a state does not open either, as the
        ledger decides.

        Raises:
            redis.RedisError: the server does not answer, or refuses to forget too.
        """
        names = {state_key(link.tenant_id, link.link_id): link.expires_at for link in links}
        with self._redis.pipeline(transaction=False) as pipe:
            for name, expires_at in names.items():
                pipe.set(name, LinkState.REVOKED.value, exat=int(expires_at.timestamp()))
                pipe.publish(DONE_CHANNEL, name)
            answers = pipe.execute(raise_on_error=False)
        self._forget(
            [
                name
                for name, answer in zip(names, answers[::2], strict=True)
                if isinstance(answer, ResponseError)
            ]
        )

    def _forget(self, names: list[str]) -> None:
        """Forget states that could not be written, and tell the viewers."""
        with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.unlink(name)
                pipe.publish(DONE_CHANNEL, name)
            pipe.execute()

    def restore(
        self,
        link: LinkRef,
        state: LinkState,
        shown: LinkOptions = PLAIN,
        *,
        epoch: str | None = None,
    ) -> None:
        """Write what the ledger says of a link, and tell the viewers that wait for it.

        ``epoch`` as for ``activate``: from before the ledger was asked.
        """
        if state is LinkState.REVOKED:
            self.revoke([link])
            return
        self.activate(link, shown, epoch=epoch)
        self._redis.publish(DONE_CHANNEL, state_key(link.tenant_id, link.link_id))

    def reject_unknown(self, tenant_id: int, link_id: UUID) -> None:
        """Remember a link that is in no ledger as one that does not open, and tell who waits."""
        key = state_key(tenant_id, link_id)
        self._redis.set(key, LinkState.REVOKED.value, ex=UNKNOWN_SECONDS)
        self._redis.publish(DONE_CHANNEL, key)
