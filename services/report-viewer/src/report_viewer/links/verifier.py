"""Token verification, with a cache of verified tokens: a hot link pays for its signature once.

Cached is that we signed the token and what it says; whether it has expired is compared with the
clock on every request, and whether it was revoked is asked of Redis.
"""

from typing import Final

from cachetools import LRUCache

from common import instants
from common.links.link_claims import LinkClaims
from common.links.token import KeyRing, require_unexpired
from report_viewer.problems.errors import SigningNotConfiguredError

REMEMBERED: Final = 10_000
"""How many tokens are remembered: a few megabytes."""


class Verifier:
    """Verifies tokens by a key ring; without one, none.

    Args:
        keys: the keys in force; None when signing is not configured.
        remembered: how many verified tokens are kept, the latest used.
    """

    def __init__(self, keys: KeyRing | None, *, remembered: int = REMEMBERED) -> None:
        self._keys = keys
        self._verified: LRUCache[str, LinkClaims] = LRUCache(remembered)

    @property
    def keys(self) -> KeyRing | None:
        """The keys in force; None when signing is not configured."""
        return self._keys

    @property
    def configured(self) -> bool:
        """Whether any link can be verified."""
        return self._keys is not None

    def verify(self, token: str) -> LinkClaims:
        """The claims of a token that is authentic and has not expired.

        Raises:
            SigningNotConfiguredError: there is no key.
            LinkError: the token does not open; see ``KeyRing.verify``.
        """
        claims = self._verified.get(token)
        if claims is None:
            claims = self._authenticate(token)
        require_unexpired(claims, now=instants.now())
        return claims

    def _authenticate(self, token: str) -> LinkClaims:
        if self._keys is None:
            raise SigningNotConfiguredError
        claims = self._keys.authenticate(token)
        self._verified[token] = claims
        return claims
