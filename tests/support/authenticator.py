"""A software authenticator (WebAuthn): makes one passkey and shows it, rightly or not.

What it makes is what a browser's ``toJSON`` gives. A test spoils one part at a time.
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

PRESENT: Final = 0x01
VERIFIED: Final = 0x04
_ATTESTED: Final = 0x40
_EXTENDED: Final = 0x80


def great(levels: int) -> bytes:
    """CBOR of little text that stands for 2 ** ``levels`` values, by tags of shared ones."""
    made = b"\xd8\x1c\x80"
    for level in range(levels):
        shown = b"\xd8\x1d" + _number(level)
        made += b"\xd8\x1c\x82" + shown + shown
    return b"\x98" + bytes([levels + 1]) + made


def _number(value: int) -> bytes:
    return bytes([value]) if value < 24 else bytes([0x18, value])


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """What is written in base64url."""
    return urlsafe_b64decode(f"{text}===")


@dataclass
class Authenticator:
    """Holds one passkey, once ``create`` has made it; ``flags`` are those of who is there."""

    domain: str
    origin: str
    counter: int = 0
    flags: int = PRESENT | VERIFIED
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    extensions: bytes = b""
    """What it adds of its own, as CBOR."""

    def create(self, options: str, **client: Any) -> str:
        """A passkey for these options; ``client`` replaces what the browser says."""
        asked = json.loads(options)
        self.handle = decoded(asked["user"]["id"])
        length = len(self.credential_id).to_bytes(2)
        data = self._data(_ATTESTED) + bytes(16) + length + self.credential_id + self._cose()
        data += self.extensions
        made = {"fmt": "none", "attStmt": {}, "authData": data}
        said = self._client("webauthn.create", asked, client)
        return self._credential(
            clientDataJSON=encoded(said),
            attestationObject=encoded(encode_cbor(made)),
            transports=["internal", "hybrid"],
        )

    def get(self, options: str, **client: Any) -> str:
        """The passkey shown for these options; ``client`` replaces what the browser says."""
        self.counter += 1
        said = self._client("webauthn.get", json.loads(options), client)
        data = self._data() + self.extensions
        signed = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            clientDataJSON=encoded(said),
            authenticatorData=encoded(data),
            signature=encoded(signed),
            userHandle=encoded(self.handle),
        )

    def _client(self, kind: str, asked: dict[str, Any], instead: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": asked["challenge"], "origin": self.origin}
        return json.dumps(said | {"crossOrigin": False} | instead).encode()

    def _data(self, more: int = 0) -> bytes:
        domain = hashlib.sha256(self.domain.encode()).digest()
        extended = _EXTENDED if self.extensions else 0
        return domain + bytes([self.flags | more | extended]) + self.counter.to_bytes(4)

    def _cose(self) -> bytes:
        point = self.key.public_key().public_numbers()
        x, y = point.x.to_bytes(32), point.y.to_bytes(32)
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _credential(self, **response: object) -> str:
        name = encoded(self.credential_id)
        known = {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}}
        return json.dumps({**known, "response": response})
