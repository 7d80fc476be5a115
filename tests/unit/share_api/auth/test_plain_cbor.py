"""What authenticators send: without tags, which make little text great."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.authenticator import Authenticator, decoded, great
from webauthn.helpers import encode_cbor

from share_api.auth.plain_cbor import check_attestation, check_authenticator_data

OPTIONS = json.dumps({"user": {"id": "AAAAAAAAAAE"}, "challenge": "AAAA"})
EXTENSIONS = [b"", encode_cbor({"credProps": {"rk": True}})]
HEAD = bytes(32) + b"\x85" + bytes(4)


def parts(credential: str) -> dict[str, bytes]:
    response: dict[str, Any] = json.loads(credential)["response"]
    return {name: decoded(value) for name, value in response.items() if isinstance(value, str)}


@pytest.mark.parametrize("extensions", EXTENSIONS)
def test_what_an_authenticator_sends_is_plain(extensions: bytes) -> None:
    device = Authenticator("example.com", "https://example.com", extensions=extensions)
    check_attestation(parts(device.create(OPTIONS))["attestationObject"])
    check_authenticator_data(parts(device.get(OPTIONS))["authenticatorData"])


@pytest.mark.parametrize("levels", [1, 40, 200])
def test_little_text_that_stands_for_much_is_refused(levels: int) -> None:
    device = Authenticator("example.com", "https://example.com", extensions=great(levels))
    with pytest.raises(ValueError, match="plain"):
        check_authenticator_data(parts(device.get(OPTIONS))["authenticatorData"])
    with pytest.raises(ValueError, match="plain"):
        check_attestation(parts(device.create(OPTIONS))["attestationObject"])
    whole = encode_cbor({"fmt": "none", "authData": HEAD})
    with pytest.raises(ValueError, match="plain"):
        check_attestation(b"\xa3\x67attStmt" + great(levels) + whole[1:])


@pytest.mark.parametrize("tag", [b"\xd8\x1d\x00", b"\xd8\x1c\x80", b"\xd9\x03\xe7\x00"])
def test_tags_of_shared_values_and_unknown_ones_are_refused(tag: bytes) -> None:
    with pytest.raises(ValueError, match="plain"):
        check_authenticator_data(HEAD + tag)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_plain(data: bytes) -> None:
    for check in (check_attestation, check_authenticator_data):
        for each in (data, HEAD + data, bytes(32) + b"\x45" + bytes(4) + data):
            try:
                check(each)
            except ValueError:
                continue
