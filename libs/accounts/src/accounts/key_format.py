"""The text of an API key: recognised by its form alone, before any work is done for it.

``ask_``, the id (32 hex digits), ``_``, a secret of 43 characters (256 bits) and 6 characters of a
checksum over all before them (CRC-32). The form lets scanners of source code find a key that has
leaked, and the checksum tells a key from what only looks like one; neither is a secret.

At rest there is the SHA-256 of the whole. A slow hash guards passwords, which can be guessed; a
secret of 256 random bits cannot be, so that a fast one gives nothing away.
"""

import hashlib
import re
import secrets
import string
import zlib
from typing import Final
from uuid import UUID

PREFIX: Final = "ask_"
_ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SECRET_LENGTH: Final = 43
_CHECKSUM_LENGTH: Final = 6
_GRAMMAR: Final = re.compile(r"ask_[0-9a-f]{32}_[0-9A-Za-z]{49}", re.ASCII)


def new_key(key_id: UUID) -> str:
    """A new key of that id, which is shown once."""
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH))
    body = f"{PREFIX}{key_id.hex}_{secret}"
    return body + _checksum(body)


def is_key(text: str) -> bool:
    """Whether ``text`` has the form of a key, its checksum included."""
    if _GRAMMAR.fullmatch(text) is None:
        return False
    body = text[:-_CHECKSUM_LENGTH]
    return text == body + _checksum(body)


def digest_of(key: str) -> bytes:
    """What is kept of a key, 32 bytes."""
    return hashlib.sha256(key.encode("ascii")).digest()


def shown_prefix(key_id: UUID) -> str:
    """The beginning of a key, by which people recognise it."""
    return f"{PREFIX}{key_id.hex[:8]}"


def _checksum(body: str) -> str:
    rest, digits = zlib.crc32(body.encode("ascii")), []
    for _ in range(_CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
