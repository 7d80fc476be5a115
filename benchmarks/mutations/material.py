"""Tokens that open, and everything around them that an attacker could have or guess."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from common.links.link_claims import LinkClaims
from common.links.token import KeyRing
from common.reports import registry
from common.reports.window import Window

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Material:
    """``links`` are authentic and open, ``strangers`` were signed by a secret that is not ours."""

    secret: str
    retired: str
    links: Mapping[str, LinkClaims]
    strangers: tuple[str, ...]

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that open."""
        return tuple(self.links)

    def ring(self) -> KeyRing:
        """The keys in force."""
        return KeyRing(self.secret, (self.retired,))


def claims_of(number: int) -> LinkClaims:
    """What link ``number`` says: every implemented report in turn, each of another tenant."""
    reports = registry.implemented()
    start = NOW.replace(hour=0, minute=0, second=0) - timedelta(days=30 + number)
    return LinkClaims(
        link_id=UUID(bytes=secrets.token_bytes(16)),
        tenant_id=1 + number * 1013,
        report=reports[number % len(reports)].slug,
        window=Window(start, start + timedelta(days=30)),
        issued_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )


def prepare(links: int) -> Material:
    """Fresh secrets and ``links`` links, every third signed by the retired secret."""
    secret, retired, foreign = (secrets.token_hex(32) for _ in range(3))
    rings = [KeyRing(secret), KeyRing(secret), KeyRing(retired)]
    made = [claims_of(number) for number in range(links)]
    return Material(
        secret,
        retired,
        {rings[n % len(rings)].issue(claims): claims for n, claims in enumerate(made)},
        tuple(map(KeyRing(foreign).issue, made)),
    )
