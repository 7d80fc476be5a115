"""Answers already made, by address: shown for a moment without asking, and otherwise as soon as
Redis has said that they still hold.

A link is believed to be as Redis said for ``believe_seconds``, counted on the monotonic clock from
*before* the question was sent. Whoever revokes a link has its state written at some moment; an
answer to a question sent before that moment is believed for that long at most, and every later
answer says "revoked". So with less than a second, a revoked link is shut within one second on
every process, page and CSV alike, also where the announcement of a revocation was missed; and an
answer of Redis that took long to arrive is believed the shorter. An announcement that is heard ends
all belief at once (``doubt``). With Redis gone nothing is shown beyond that time. The expiry, which
the token says, is asked of the clock on every request.

What was made is kept longer than it is believed, bounded by bytes, and compared by its ``Facts``:
when Redis says the same again, the bytes are shown again.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final
from weakref import WeakValueDictionary

from common.links.token import LinkClaims
from report_viewer.http.prepared_response import Ready
from report_viewer.http.variant import Form
from report_viewer.model import Freshness

_OVERHEAD_BYTES: Final = 2048
"""What an entry takes beside its answers: claims and keys."""

_NEVER: Final = float("-inf")


@dataclass(frozen=True, slots=True)
class Facts:
    """What an answer was made from: the report, by its ``meta`` field, and how fresh it is."""

    meta: bytes
    freshness: Freshness


class Link:
    """An authentic link, and what Redis said of it last.

    Attributes:
        facts: what its page and CSV show now; None when that is not known.
        until: until when it is believed, on the monotonic clock.
        expires: when its time is over, as Unix seconds.
    """

    __slots__ = ("__weakref__", "claims", "expires", "facts", "until")

    def __init__(self, claims: LinkClaims) -> None:
        self.claims = claims
        self.expires = claims.expires_at.timestamp()
        self.facts: Facts | None = None
        self.until = _NEVER

    def learn(self, facts: Facts, *, until: float) -> Facts:
        """Believe ``facts`` until then; the same object while they stay the same."""
        if self.facts != facts:
            self.facts = facts
        self.until = max(self.until, until)
        return self.facts or facts

    def doubt(self) -> None:
        """Believe nothing: Redis said that it does not open, or that something is missing."""
        self.facts = None
        self.until = _NEVER


class Copy:
    """The answers at one address of a link, by their form, all made from the same facts."""

    __slots__ = ("answers", "facts", "link")

    def __init__(self, link: Link, facts: Facts) -> None:
        self.link = link
        self.facts = facts
        self.answers: dict[Form, Ready] = {}

    @property
    def size(self) -> int:
        """The memory it takes, in bytes."""
        return _OVERHEAD_BYTES + sum(each.size for each in self.answers.values())


class Copies:
    """The copies used last, by the path of their address.

    Args:
        believe_seconds: how long what Redis said of a link is believed; 0 asks it every time.
        max_bytes: what all copies together may take.
    """

    def __init__(self, *, believe_seconds: float, max_bytes: int) -> None:
        self.believe_seconds = believe_seconds
        self._max_bytes = max_bytes
        self._bytes = 0
        self._doubted_until = _NEVER
        self._copies: OrderedDict[bytes, Copy] = OrderedDict()
        self._links: WeakValueDictionary[str, Link] = WeakValueDictionary()

    def doubt(self) -> None:
        """Believe nothing that Redis was asked before now: a link was revoked somewhere."""
        self._doubted_until = time.monotonic() + self.believe_seconds

    def believed(self, path: bytes) -> Copy | None:
        """The copy at ``path`` that may be shown now, without asking anybody."""
        copy = self._copies.get(path)
        if copy is None:
            return None
        link = copy.link
        if (
            time.monotonic() >= link.until
            or link.until <= self._doubted_until
            or time.time() >= link.expires
            or copy.facts is not link.facts
        ):
            return None
        self._copies.move_to_end(path)
        return copy

    def get(self, path: bytes) -> Copy | None:
        """The copy at ``path``, believed or not."""
        return self._copies.get(path)

    def link(self, token: str, claims: LinkClaims) -> Link:
        """The link of a token; one for its page and its CSV."""
        link = self._links.get(token)
        if link is None:
            link = self._links[token] = Link(claims)
        return link

    def put(self, path: bytes, link: Link, facts: Facts, form: Form, ready: Ready) -> Copy:
        """Keep an answer, at the expense of those not used for longest."""
        copy = self._copies.get(path)
        if copy is None or copy.link is not link or copy.facts is not facts:
            self.drop(path)
            copy = self._copies[path] = Copy(link, facts)
        else:
            self._bytes -= copy.size
        copy.answers[form] = ready
        self._bytes += copy.size
        self._copies.move_to_end(path)
        while self._bytes > self._max_bytes:
            self.drop(next(iter(self._copies)))
        return copy

    def drop(self, path: bytes) -> None:
        """Forget the copy at ``path``."""
        dropped = self._copies.pop(path, None)
        if dropped is not None:
            self._bytes -= dropped.size

    @property
    def bytes_kept(self) -> int:
        """What the copies take together."""
        return self._bytes
