"""Popularity of reports: which are viewed, so that those are ready before they are asked for.

The viewer counts in its own memory and adds up here every few seconds; a view never writes by
itself. Old views fade: each round of warming multiplies all scores by one factor, and what has
faded, or does not make the top, is forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from redis import Redis

from common.reports.comparison import Comparison
from common.reports.redaction import NOTHING, Redaction
from common.reports.window import Window

TENANTS: Final = "analytics:viewed-tenants"
"""The tenants that have views, by id."""

KEPT_PER_TENANT: Final = 200
KEPT_SECONDS: Final = 14 * 24 * 3600
_FADED: Final = 0.05


@dataclass(frozen=True, slots=True, order=True)
class ViewedReport:
    """A report over a window, whichever links show it."""

    report: str
    window: Window
    comparison: Comparison = Comparison.PREVIOUS
    hidden: Redaction = NOTHING

    @property
    def member(self) -> str:
        """Its name in the tenant's set; behind the report stands what differs from the usual.

        That is the comparison, and what it leaves out. A version that knows nothing of it takes the
        whole for a report that it does not know.
        """
        start, end = (int(t.timestamp()) for t in (self.window.start, self.window.end))
        against = "" if self.comparison is Comparison.PREVIOUS else f":{self.comparison}"
        without = f":{self.hidden.name}" if self.hidden else ""
        return f"{self.report}{against}{without}:{start}:{end}"

    @classmethod
    def parse(cls, member: str) -> "ViewedReport":
        """The report behind ``member``."""
        names, start, end = member.rsplit(":", 2)
        window = Window(*(datetime.fromtimestamp(int(each), UTC) for each in (start, end)))
        report, *said = names.split(":")
        against = Comparison(said.pop(0)) if said[:1] and said[0] in set(Comparison) else None
        try:
            hidden = Redaction.parse(":".join(said))
        except ValueError:  # another version's
            return cls(names, window)
        return cls(report, window, against or Comparison.PREVIOUS, hidden)


def key(tenant_id: int) -> str:
    """The sorted set of a tenant's viewed reports, by score."""
    return f"{{{tenant_id}}}:viewed"


def record(redis: Redis, views: Mapping[tuple[int, ViewedReport], int]) -> None:
    """Add up views, by tenant and report, in one round trip."""
    if not views:
        return
    with redis.pipeline(transaction=False) as pipe:
        for (tenant_id, viewed), count in views.items():
            pipe.zincrby(key(tenant_id), count, viewed.member)
            pipe.expire(key(tenant_id), KEPT_SECONDS)
        pipe.sadd(TENANTS, *{tenant_id for tenant_id, _ in views})
        pipe.execute()


def tenants(redis: Redis) -> tuple[int, ...]:
    """The tenants that have views."""
    return tuple(sorted(int(each) for each in redis.smembers(TENANTS)))


def top(redis: Redis, tenant_id: int, most: int) -> tuple[ViewedReport, ...]:
    """The tenant's most viewed reports, the first in front."""
    members = redis.zrevrange(key(tenant_id), 0, most - 1)
    return tuple(ViewedReport.parse(m.decode("ascii")) for m in members if isinstance(m, bytes))


def fade(redis: Redis, tenant_id: int, factor: float) -> None:
    """Multiply the tenant's scores by ``factor`` and forget what has faded away."""
    name = key(tenant_id)
    with redis.pipeline(transaction=True) as pipe:
        pipe.zunionstore(name, {name: factor})
        pipe.zremrangebyscore(name, "-inf", _FADED)
        pipe.zremrangebyrank(name, 0, -KEPT_PER_TENANT - 1)
        pipe.expire(name, KEPT_SECONDS)
        pipe.zcard(name)
        *_, left = pipe.execute()
    if not left:
        redis.srem(TENANTS, str(tenant_id))
