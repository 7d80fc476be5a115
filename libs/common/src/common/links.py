"""Link states in Redis: a link opens only while its state there says active.

A state is written when a link is issued and when it is recalled, and lapses with the link. A link
without a state is not trusted: the ledger in PostgreSQL decides, through ``jobs.RestoreLink``. So
an emptied Redis never revives a recalled link.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from redis import Redis

from common.cache import DONE_CHANNEL

UNKNOWN_SECONDS = 3600
"""For how long a link that is in no ledger is remembered as one that does not open."""


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


def state_key(tenant_id: int, link_id: UUID) -> str:
    """The Redis key of a link's state."""
    return f"{{{tenant_id}}}:link:{link_id.hex}"


def is_state_key(name: str) -> bool:
    """Whether a key's name is that of a link's state."""
    return name.partition("}")[2].startswith(":link:")


def read_state(data: bytes | None) -> LinkState | None:
    """The state behind a key's value; None when there is none, or none we know."""
    try:
        return LinkState(data.decode("ascii")) if data is not None else None
    except ValueError:
        return None


class LinkStates:
    """Writes link states. ``redis`` is a client that returns bytes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def activate(self, link: LinkRef) -> None:
        """Let a link open, unless it was recalled: a recall is never overwritten."""
        self._redis.set(
            state_key(link.tenant_id, link.link_id),
            LinkState.ACTIVE.value,
            nx=True,
            exat=int(link.expires_at.timestamp()),
        )

    def revoke(self, links: Iterable[LinkRef]) -> None:
        """Recall links, each until it would have expired anyway, and tell the viewers.

        A viewer that does not hear of it finds the state within a second.
        """
        with self._redis.pipeline(transaction=False) as pipe:
            for link in links:
                key = state_key(link.tenant_id, link.link_id)
                pipe.set(key, LinkState.REVOKED.value, exat=int(link.expires_at.timestamp()))
                pipe.publish(DONE_CHANNEL, key)
            pipe.execute()

    def restore(self, link: LinkRef, state: LinkState) -> None:
        """Write what the ledger says of a link, and tell whoever waits for it."""
        if state is LinkState.REVOKED:
            self.revoke([link])
            return
        self.activate(link)
        self._redis.publish(DONE_CHANNEL, state_key(link.tenant_id, link.link_id))

    def disown(self, tenant_id: int, link_id: UUID) -> None:
        """Remember a link that is in no ledger as one that does not open, and tell who waits."""
        key = state_key(tenant_id, link_id)
        self._redis.set(key, LinkState.REVOKED.value, ex=UNKNOWN_SECONDS)
        self._redis.publish(DONE_CHANNEL, key)
