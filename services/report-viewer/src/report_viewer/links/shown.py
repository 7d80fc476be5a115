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
from common.links.link_claims import LinkClaims
from common.links.options import PLAIN, LinkOptions
from common.links.reader_choice import AS_SHARED, ReaderChoice
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
        now = self._clock()
        days = claims.choice.days
        window = None if days is None else days.window(options.ranges, zone, now=now)
        choice = _allowed(claims, options)
        if window is None:
            choice = replace(choice, days=None)
            if options.live is not None:
                window = window_of(options.live, zone, now=now)
        shown = replace(
            claims,
            options=options,
            choice=choice,
            report=choice.report or claims.report,
            window=window or claims.window,
        )
        return Shown(shown) if window is None else Shown(shown, _midnight(now, zone))


def _of_plain(claims: LinkClaims) -> LinkClaims:
    """What a plain link shows; the claims themselves where that is all they ask for."""
    if claims.choice == AS_SHARED:
        return claims
    choice = replace(_allowed(claims, PLAIN), days=None)
    return claims if choice == claims.choice else replace(claims, choice=choice)


def _allowed(claims: LinkClaims, options: LinkOptions) -> ReaderChoice:
    """What a reader chose, as far as there is that choice: what the link shows anyway is none.

    Another report of its board; another comparison, but figures that are frozen are of one.
    """
    report, against = claims.choice.report, claims.choice.against
    there = report != claims.report and report in options.reports
    other = not options.frozen and against != options.compare
    return replace(
        claims.choice, report=report if there else None, against=against if other else None
    )


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
