"""Tokens of signed links: payload, spelling, signature and verification.

A token is ``<payload>.<signature>``, both unpadded base64url. The payload is a fixed binary record
(below 100 bytes) and the signature an HMAC-SHA256 by itsdangerous, under a key derived from the
secret for this purpose alone. A token has exactly one spelling: verification refuses what would not
be written that way again, so that no second text opens the same report.

Verification tells three things apart: what no token of ours looks like, what we did not sign, and
what we signed but is over. Whether a link was revoked is not in the token: see
``common.links.state``.
"""

import hashlib
import hmac
import re
import struct
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from itsdangerous import Signer
from itsdangerous.encoding import base64_decode, base64_encode
from itsdangerous.exc import BadData, BadSignature

from common.links.link_claims import LinkClaims
from common.links.signing_secret import check_secret
from common.reports.window import Window

VERSION: Final = 1
REDACTED: Final = 2
"""The version of a token whose link hides something of its report.

What it hides stands in its state alone: one that says nothing of it is not believed, and what knows
no such tokens opens none.
"""
MAX_TOKEN_LENGTH: Final = 400
_SALT: Final = b"analytics.share-link.v1"
_RECORD: Final = struct.Struct(">B16sIIIII")  # version, link, tenant, from, to, issued, expires
_GRAMMAR: Final = re.compile(r"[A-Za-z0-9_-]{51,120}\.[A-Za-z0-9_-]{43}", re.ASCII)
_SLUG: Final = re.compile(rb"(?=.{1,40}\Z)[a-z](-?[a-z0-9])*")


class LinkError(Exception):
    """A link does not open. What the holder may be told is decided where it is answered."""


class MalformedLinkError(LinkError):
    """The text is not spelled as a token is."""


class ForgedLinkError(LinkError):
    """The text is spelled as a token, but none of our keys signed it."""


class ExpiredLinkError(LinkError):
    """An authentic token whose time is over; ``tenant_id`` is whose it was."""

    def __init__(self, expired_at: datetime, tenant_id: int | None = None) -> None:
        super().__init__(f"expired at {expired_at.isoformat()}")
        self.expired_at = expired_at
        self.tenant_id = tenant_id


class RevokedLinkError(LinkError):
    """An authentic token that was revoked."""


class KeyRing:
    """The key that signs, and retired keys that still verify.

    Raises:
        ValueError: a secret is unusable (see ``check_secret``).
    """

    def __init__(self, secret: str, retired: tuple[str, ...] = ()) -> None:
        for each in (secret, *retired):
            check_secret(each)
        self._keys = [bytes.fromhex(each) for each in (*reversed(retired), secret)]
        self._signer = _signer(self._keys)

    @property
    def key_id(self) -> str:
        """A name of the signing key that gives nothing of it away: 16 hex digits."""
        return _name(self._keys[-1])

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The names of all keys: of the one that signs, then of those that only verify."""
        return tuple(map(_name, reversed(self._keys)))

    def issue(self, claims: LinkClaims, *, key_id: str | None = None) -> str:
        """Spell ``claims`` as a token, signed by the key that signs, or the one of ``key_id``.

        The same claims and key give the same token.

        Raises:
            ValueError: a claim does not fit the record (an instant out of range, a bad slug).
            LookupError: the ring has no such key.
        """
        slug = claims.report.encode("ascii")
        if not _SLUG.fullmatch(slug):
            raise ValueError(f"not a report slug: {claims.report!r}")
        try:
            record = _RECORD.pack(
                REDACTED if claims.redacted else VERSION,
                claims.link_id.bytes,
                claims.tenant_id,
                *(
                    _seconds(instant)
                    for instant in (
                        claims.window.start,
                        claims.window.end,
                        claims.issued_at,
                        claims.expires_at,
                    )
                ),
            )
        except struct.error as error:
            raise ValueError(f"a claim is out of range: {error}") from None
        signer = self._signer if key_id is None else _signer([self._key(key_id)])
        return signer.sign(base64_encode(record + slug)).decode("ascii")

    def authenticate(self, token: str) -> LinkClaims:
        """The claims of a token that we signed, whether or not it has expired.

        Raises:
            MalformedLinkError: not spelled as a token.
            ForgedLinkError: not signed by a key of the ring.
        """
        if len(token) > MAX_TOKEN_LENGTH or not _GRAMMAR.fullmatch(token):
            raise MalformedLinkError
        record = _canonical_payload(token)
        try:
            self._signer.unsign(token)
        except BadSignature:
            raise ForgedLinkError from None
        return _read(record)

    def verify(self, token: str, *, now: datetime) -> LinkClaims:
        """The claims of a token that opens its report at ``now``, unless it was revoked.

        Raises:
            MalformedLinkError: not spelled as a token.
            ForgedLinkError: not signed by a key of the ring.
            ExpiredLinkError: authentic, but over: ``now`` is at or after its expiry.
        """
        claims = self.authenticate(token)
        require_unexpired(claims, now=now)
        return claims

    def fingerprint(self, data: bytes) -> bytes:
        """A digest of ``data`` (HMAC-SHA256) that tells nothing of it without the signing key."""
        return hmac.digest(self._keys[-1], b"analytics.fingerprint\0" + data, "sha256")

    def _key(self, key_id: str) -> bytes:
        found = next((each for each in self._keys if _name(each) == key_id), None)
        if found is None:
            raise LookupError(key_id)
        return found


def _signer(keys: list[bytes]) -> Signer:
    """Signs with the last of ``keys``."""
    return Signer(
        keys, salt=_SALT, key_derivation="hmac", digest_method=staticmethod(hashlib.sha256)
    )


def _name(key: bytes) -> str:
    return hmac.new(key, b"analytics.key-id", hashlib.sha256).hexdigest()[:16]


def require_unexpired(claims: LinkClaims, *, now: datetime) -> None:
    """Refuse claims whose time is over.

    Raises:
        ExpiredLinkError: ``now`` is at or after the expiry.
    """
    if now >= claims.expires_at:
        raise ExpiredLinkError(claims.expires_at, claims.tenant_id)


def _canonical_payload(token: str) -> bytes:
    """The decoded payload of a token whose two parts are spelled in the only canonical way."""
    decoded = []
    for part in token.split("."):
        try:
            value = base64_decode(part)
        except BadData:
            raise MalformedLinkError from None
        if base64_encode(value).decode("ascii") != part:
            raise MalformedLinkError
        decoded.append(value)
    return decoded[0]


def _read(record: bytes) -> LinkClaims:
    """The claims of an authentic record; an unknown version was never issued by this code."""
    version, link, tenant, start, end, issued, expires = _RECORD.unpack_from(record)
    slug = record[_RECORD.size :]
    if version not in {VERSION, REDACTED} or not _SLUG.fullmatch(slug) or start >= end:
        raise ForgedLinkError
    return LinkClaims(
        link_id=UUID(bytes=link),
        tenant_id=tenant,
        report=slug.decode("ascii"),
        window=Window(_instant(start), _instant(end)),
        issued_at=_instant(issued),
        expires_at=_instant(expires),
        redacted=version == REDACTED,
    )


def _seconds(instant: datetime) -> int:
    if instant.tzinfo is None or instant.microsecond:
        raise ValueError(f"{instant!r} is not a whole second with an offset")
    return int(instant.timestamp())


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
