"""What links show now: their claims with the options that their states say.

A plain link shows what its token says. What a link with options shows is known from its state alone
(``common.links.options``); what was read last is remembered, so that its report is read in the same
round trip as its state, and read once more where that turns out to be another one.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from cachetools import LRUCache

from common import instants
from common.links import tenant_names
from common.links.options import PLAIN, LinkOptions
from common.links.token import LinkClaims
from common.reports.comparison import Comparison
from common.reports.window import start_of_day, window_of

REMEMBERED: Final = 10_000
"""How many links with options are remembered: a few megabytes."""
_UTC: Final = ZoneInfo("UTC")


class Shown(NamedTuple):
    """What a link shows until ``moves_at``, in Unix seconds."""

    claims: LinkClaims
    moves_at: float = math.inf


class _Known(NamedTuple):
    options: LinkOptions
    zone: ZoneInfo


class ShownLinks:
    """Remembers the options of links.

    Args:
        clock: the moment, in UTC.
    """

    def __init__(self, clock: Callable[[], datetime] = instants.now) -> None:
        self._clock = clock
        self._known: LRUCache[tuple[int, UUID], _Known] = LRUCache(REMEMBERED)

    def now(self, claims: LinkClaims) -> Shown:
        """What a link shows, by what was learned of it last."""
        if not self._known:
            return Shown(claims)
        known = self._known.get((claims.tenant_id, claims.link_id))
        return Shown(claims) if known is None else self._shown(claims, known)

    def learn(
        self, claims: LinkClaims, options: LinkOptions, tenant_name: bytes | None
    ) -> Shown | None:
        """What a link shows whose state has just said so.

        None where that cannot be told: it hides something, and its state does not say what; or the
        tenant's zone, which is kept beside its name, is not known.
        """
        if claims.redacted and not options.hide:
            return None
        link = (claims.tenant_id, claims.link_id)
        if options == PLAIN:
            if self._known:
                self._known.pop(link, None)
            return Shown(_of_plain(claims))
        moves = options.live is not None or options.ranges
        zone = _zone(tenant_name) if moves else _UTC
        if zone is None:
            return None
        known = self._known[link] = _Known(options, zone)
        return self._shown(claims, known)

    def _shown(self, claims: LinkClaims, known: _Known) -> Shown:
        options, zone = known
        claims = replace(claims, options=options, against=_allowed(claims.against, options))
        now = self._clock()
        chosen = claims.chosen
        window = None if chosen is None else chosen.window(options.ranges, zone, now=now)
        if window is not None:
            return Shown(replace(claims, window=window), _midnight(now, zone))
        if options.live is None:
            return Shown(replace(claims, chosen=None))
        window = window_of(options.live, zone, now=now)
        return Shown(replace(claims, window=window, chosen=None), _midnight(now, zone))


def _of_plain(claims: LinkClaims) -> LinkClaims:
    """What a plain link shows; the claims themselves where that is all they ask for."""
    against = _allowed(claims.against, PLAIN)
    if claims.chosen is None and claims.against == against:
        return claims
    return replace(claims, chosen=None, against=against)


def _allowed(against: Comparison | None, options: LinkOptions) -> Comparison | None:
    """The comparison that a reader chose, if it is another one than the link's own.

    A frozen link's figures are of one comparison.
    """
    return None if options.frozen or against == options.compare else against


def _midnight(now: datetime, zone: ZoneInfo) -> float:
    """When the next day begins there, in Unix seconds."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return start_of_day(tomorrow, zone).timestamp()


def _zone(tenant_name: bytes | None) -> ZoneInfo | None:
    tenant = tenant_names.parse(tenant_name)
    try:
        return ZoneInfo(tenant.timezone) if tenant is not None else None
    except (LookupError, ValueError, OSError):  # what Redis was made to say
        return None
