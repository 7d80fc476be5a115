"""Response cache: prepared responses by path, fresh for a moment and revalidated after it.

An entry is fresh for ``fresh_seconds`` after Redis confirmed its link, counted on the monotonic
clock from *before* the question was sent. A revocation writes the link's state at some moment: an
answer to a question sent before it stays fresh for that long at most, and every later answer says
"revoked". So with less than a second, a revoked link is shut within one second on every process,
page and CSV alike, also where the announcement of the revocation was missed; and the longer Redis
took to answer, the shorter its answer is fresh. An announcement makes every entry stale at once
(``invalidate_all``). With Redis gone nothing is shown beyond that time. The expiry, which the token
says, is compared with the clock on every request.

Beyond that time an entry is fresh while ``Tracking`` proves that nothing of its tenant has changed
since: Redis tells of a change, and need not be asked whether there was one. It is asked all the
same now and then.

Stale entries are kept, bounded by bytes, and compared by ``ReportVersion``: when Redis names the
same version again, the same bytes are sent again.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from weakref import WeakValueDictionary

from common.links.link_claims import LinkClaims
from report_viewer.cache.tracking import Tracking, Unchanged
from report_viewer.http.prepared_response import PreparedResponse
from report_viewer.http.shared_body import CommonParts
from report_viewer.http.variant import Variant
from report_viewer.model import Freshness

_OVERHEAD_BYTES: Final = 2048
"""What an entry takes beside its responses: claims and keys."""

TRACKED_SECONDS: Final = 300.0
"""How long what Redis said of a link is shown at most while nothing is told to have changed."""

_NEVER: Final = float("-inf")
_LASTING: Final = frozenset({Freshness.CURRENT, Freshness.FROZEN})
"""What a report stays until a key changes; any other becomes another by time alone."""


@dataclass(frozen=True, slots=True)
class ReportVersion:
    """What a response was made from: report (by its ``meta`` field), freshness and brand."""

    meta: bytes
    freshness: Freshness
    brand: bytes | None = None


class CachedLink:
    """An authentic link, and the version of its report that Redis confirmed last.

    Attributes:
        version: what its page and CSV show now; None when that is not known.
        fresh_until: until when that needs no confirmation, on the monotonic clock.
        unchanged: what vouches for it from then on, up to ``tracked_until``; None for nothing.
        shown: its claims with what its state says, the window that it shows among it.
        host: that of its tenant's links, where it has one of its own.
        ends: when the link expires, or that window moves, as Unix seconds.
    """

    __slots__ = (
        "__weakref__",
        "claims",
        "ends",
        "fresh_until",
        "host",
        "shown",
        "tracked_until",
        "unchanged",
        "version",
    )

    def __init__(self, claims: LinkClaims) -> None:
        self.claims = claims
        self.shown = claims
        self.ends = claims.expires_at.timestamp()
        self.version: ReportVersion | None = None
        self.fresh_until = self.tracked_until = _NEVER
        self.unchanged: Unchanged | None = None
        self.host = ""

    def revalidate(self, version: ReportVersion, *, until: float) -> ReportVersion:
        """Take ``version`` for confirmed until then; the same object while it stays the same."""
        if self.version != version:
            self.version = version
        self.fresh_until = max(self.fresh_until, until)
        return self.version or version

    def track(self, unchanged: Unchanged | None, *, asked: float) -> None:
        """Let ``unchanged`` vouch for what Redis was asked at a moment on the monotonic clock."""
        self.unchanged = unchanged
        lasts = self.version is not None and self.version.freshness in _LASTING
        vouched = lasts and unchanged is not None and unchanged.covers(asked)
        self.tracked_until = asked + TRACKED_SECONDS if vouched else _NEVER

    def show(self, shown: LinkClaims, *, moves_at: float) -> None:
        """Take ``shown`` for what it shows until then, in Unix seconds."""
        self.shown = shown
        if shown.options.password is not None:
            self.fresh_until, self.unchanged = _NEVER, None
        self.ends = min(self.claims.expires_at.timestamp(), moves_at)

    def invalidate(self) -> None:
        """Redis said that the link does not open, or that something is missing."""
        self.version = self.unchanged = None
        self.fresh_until = _NEVER


class CacheEntry:
    """The responses at one path of a link by their variant, all of one version of its report."""

    __slots__ = ("link", "responses", "version")

    def __init__(self, link: CachedLink, version: ReportVersion) -> None:
        self.link = link
        self.version = version
        self.responses: dict[Variant, PreparedResponse] = {}

    @property
    def size(self) -> int:
        """The memory that is its own, in bytes."""
        return _OVERHEAD_BYTES + sum(each.size for each in self.responses.values())

    @property
    def common(self) -> Iterator[CommonParts]:
        """What its responses share with those of other entries."""
        return (each.common for each in self.responses.values() if each.common is not None)


class ResponseCache:
    """The entries used last, by their path.

    Args:
        fresh_seconds: how long what Redis said of a link needs no confirmation; with 0, none.
        max_bytes: what all entries together may take.

    Attributes:
        tracking: what Redis tells of changes; with a ``fresh_seconds`` of 0 it proves nothing.
    """

    def __init__(self, *, fresh_seconds: float, max_bytes: int) -> None:
        self.fresh_seconds = fresh_seconds
        self.tracking = Tracking(seconds=fresh_seconds)
        self._max_bytes = max_bytes
        self._bytes = 0
        self._common: Counter[CommonParts] = Counter()
        self._stale_until = _NEVER
        self._entries: OrderedDict[bytes, CacheEntry] = OrderedDict()
        self._links: WeakValueDictionary[str, CachedLink] = WeakValueDictionary()

    def invalidate_all(self) -> None:
        """Make stale whatever Redis was asked before now: a link was revoked somewhere."""
        self._stale_until = time.monotonic() + self.fresh_seconds

    def fresh_entry(self, path: bytes) -> CacheEntry | None:
        """The entry at ``path`` that may be sent now, without asking Redis."""
        entry = self._entries.get(path)
        if entry is None:
            return None
        link, now = entry.link, time.monotonic()
        if (
            (
                (now >= link.fresh_until or link.fresh_until <= self._stale_until)
                and not self._is_tracked(link, now)
            )
            or time.time() >= link.ends
            or entry.version is not link.version
        ):
            return None
        self._entries.move_to_end(path)
        return entry

    def _is_tracked(self, link: CachedLink, now: float) -> bool:
        """Whether what Redis said of a link is proven not to have changed since."""
        return (
            link.unchanged is not None
            and link.unchanged.holds
            and now < link.unchanged.server.proven_until
            and now < link.tracked_until
        )

    def get(self, path: bytes) -> CacheEntry | None:
        """The entry at ``path``, fresh or stale."""
        return self._entries.get(path)

    def link(self, place: str, claims: LinkClaims) -> CachedLink:
        """The link whose page is at ``place``; one for its page and its CSV, one for each range."""
        link = self._links.get(place)
        if link is None:
            link = self._links[place] = CachedLink(claims)
        return link

    def put(
        self,
        path: bytes,
        link: CachedLink,
        version: ReportVersion,
        variant: Variant,
        response: PreparedResponse,
    ) -> CacheEntry:
        """Keep a response, at the expense of those not used for longest."""
        entry = self._entries.get(path)
        if entry is None or entry.link is not link or entry.version is not version:
            self.remove(path)
            entry = self._entries[path] = CacheEntry(link, version)
        else:
            self._release(entry)
        entry.responses[variant] = response
        self._hold(entry)
        self._entries.move_to_end(path)
        while self._bytes > self._max_bytes:
            self.remove(next(iter(self._entries)))
        return entry

    def remove(self, path: bytes) -> None:
        """Remove the entry at ``path``."""
        removed = self._entries.pop(path, None)
        if removed is not None:
            self._release(removed)

    @property
    def bytes_kept(self) -> int:
        """What the entries take together; what responses have in common counts once."""
        return self._bytes

    def _hold(self, entry: CacheEntry) -> None:
        self._bytes += entry.size
        for common in entry.common:
            if not self._common[common]:
                self._bytes += common.size
            self._common[common] += 1

    def _release(self, entry: CacheEntry) -> None:
        self._bytes -= entry.size
        for common in entry.common:
            self._common[common] -= 1
            if not self._common[common]:
                self._bytes -= common.size
                del self._common[common]
