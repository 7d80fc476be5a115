"""Plain CBOR: what an authenticator sends is read once here before the library reads it.

Authenticators write CBOR without tags (CTAP2's canonical form). Tags of shared values let two
hundred bytes stand for gigabytes, which the library would write out before it looks at a signature.
"""

from io import BytesIO
from typing import Any, Final, NoReturn

from cbor2 import CBORDecodeError, CBORDecoder

_HEAD: Final = 37
"""Bytes of authenticator data before what is CBOR: the domain's hash, flags, the counter."""
_FLAGS: Final = 32
_ATTESTED: Final = 0x40
_KEY_HEAD: Final = 18
"""Bytes of an attested credential before its id: the model, and how long the id is."""
_TAGS_OF_SHARED_VALUES: Final = (28, 29)


def check_attestation(attestation_object: bytes) -> None:
    """Refuse what an authenticator that makes a passkey would not send.

    Raises:
        ValueError: it is not plain.
    """
    made = _items(attestation_object)
    match made:
        case [{"authData": bytes(data)}]:
            check_authenticator_data(data)
        case _:
            raise ValueError("no attestation object")


def check_authenticator_data(data: bytes) -> None:
    """Refuse what an authenticator that shows a passkey would not send.

    Raises:
        ValueError: it is not plain.
    """
    if len(data) < _HEAD:
        raise ValueError("authenticator data is too short")
    rest = data[_HEAD:]
    if data[_FLAGS] & _ATTESTED:
        rest = rest[_KEY_HEAD + int.from_bytes(rest[_KEY_HEAD - 2 : _KEY_HEAD]) :]
    _items(rest)


def _items(data: bytes) -> list[Any]:
    """The values that stand one after the other."""
    stream, found = BytesIO(data), []
    refused = dict.fromkeys(_TAGS_OF_SHARED_VALUES, _refuse)
    decoder = CBORDecoder(stream, tag_hook=_refuse, semantic_decoders=refused, read_size=1)
    try:
        while stream.tell() < len(data):
            found.append(decoder.decode())
    except CBORDecodeError as error:
        raise ValueError("not plain CBOR") from error
    return found


def _refuse(*_: object) -> NoReturn:
    raise CBORDecodeError("a tag")
