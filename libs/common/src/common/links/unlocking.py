"""Unlocking of links that ask for a password: what passwords are, and what says that one was given.

A proof is signed by the key that signs links, over the link, an instant and the password's hash. It
opens that link until then, and none once the password is another one: the hash of each has its own
salt. Nothing of it is stored.
"""

import re
import unicodedata
from base64 import urlsafe_b64encode
from datetime import datetime
from hmac import compare_digest
from typing import Final

from common.links.link_claims import LinkClaims
from common.links.token import KeyRing
from common.password_hashing import hash_password, password_matches

MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 128
LIFE_SECONDS: Final = 3600
"""How long a link stays unlocked for who gave its password."""

_PROOF: Final = re.compile(r"([0-9]{1,10})\.([A-Za-z0-9_-]{43})", re.ASCII)


def hash_of(password: str) -> str:
    """The argon2id hash of a link's password, however its characters are composed."""
    return hash_password(_composed(password))


def matches(stored: str, password: str) -> bool:
    """Whether ``password`` is that of the hash ``stored``; takes 0.1 s and 64 MiB."""
    return len(password) <= MAX_LENGTH and password_matches(stored, _composed(password))


def proof(ring: KeyRing, claims: LinkClaims, stored: str, *, now: datetime) -> tuple[str, int]:
    """What unlocks the link whose password has the hash ``stored``, and for how many seconds."""
    until = min(int(now.timestamp()) + LIFE_SECONDS, int(claims.expires_at.timestamp()))
    return f"{until}.{_signature(ring, claims, stored, until)}", max(
        until - int(now.timestamp()), 0
    )


def is_proof(text: str, ring: KeyRing, claims: LinkClaims, stored: str, *, now: datetime) -> bool:
    """Whether ``text`` unlocks the link now."""
    found = _PROOF.fullmatch(text)
    if found is None or int(found[1]) <= now.timestamp():
        return False
    return compare_digest(found[2], _signature(ring, claims, stored, int(found[1])))


def _signature(ring: KeyRing, claims: LinkClaims, stored: str, until: int) -> str:
    said = f"unlock\0{claims.tenant_id}\0{claims.link_id.hex}\0{until}\0{stored}"
    return urlsafe_b64encode(ring.fingerprint(said.encode())).rstrip(b"=").decode("ascii")


def _composed(password: str) -> str:
    return unicodedata.normalize("NFC", password)
