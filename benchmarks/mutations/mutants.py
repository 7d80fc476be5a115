"""Families of mutants: each takes a token that opens and spells texts that must not.

A mutant is text; what is no ASCII goes over HTTP as UTF-8, what fits into a byte as that byte.
"""

import base64
import hashlib
import hmac
import itertools
import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from benchmarks.mutations.material import Material
from itsdangerous import NoneAlgorithm, Signer, TimestampSigner, URLSafeTimedSerializer

Family = Callable[[Material, str], Iterator[str]]

_MEGABYTE = 1_000_000
_SIGNING_SALT = b"analytics.share-link.v1"
_ODD = (
    *"\0\t\r\n \x7f\x85\xa0",
    *"\u200b\u200d\u202e\u2028\u3000\ufeff\ufffd\ud800\udfff\U000e0041\U0010ffff",
    *("\u0301", "%00", "%0a", "%2e", "%2f", "%25", "..", "//", "\r\n\r\n", "=", "==", "~", "+"),
)
_LOOKALIKES = str.maketrans(
    "aceopxyABCEHKMOPTX.-_",
    "асеорхуАВСЕНКМОРТХ․‐ˍ",  # noqa: RUF001 - that is the point
)


def encoded(data: bytes) -> str:
    """Unpadded base64url, as the parts of a token are spelled."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def decoded(part: str) -> bytes:
    """The bytes behind a part of a token."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def single_bits(_: Material, token: str) -> Iterator[str]:
    """Each bit of each character flipped."""
    for at, character in enumerate(token):
        for bit in range(8):
            yield f"{token[:at]}{chr(ord(character) ^ 1 << bit)}{token[at + 1 :]}"


def single_bytes(_: Material, token: str) -> Iterator[str]:
    """Each character replaced by each other byte."""
    for at, byte in itertools.product(range(len(token)), range(256)):
        yield f"{token[:at]}{chr(byte)}{token[at + 1 :]}"


def insertions(_: Material, token: str) -> Iterator[str]:
    """Each byte put in at each place."""
    for at, byte in itertools.product(range(len(token) + 1), range(256)):
        yield f"{token[:at]}{chr(byte)}{token[at:]}"


def deletions(_: Material, token: str) -> Iterator[str]:
    """Each run of characters left out: every truncation from both ends among them."""
    for start, end in itertools.combinations(range(len(token) + 1), 2):
        yield token[:start] + token[end:]


def transpositions(_: Material, token: str) -> Iterator[str]:
    """Each two characters in each other's place."""
    for one, other in itertools.combinations(range(len(token)), 2):
        characters = list(token)
        characters[one], characters[other] = characters[other], characters[one]
        yield "".join(characters)


def record_bytes(_: Material, token: str) -> Iterator[str]:
    """Each byte of the signed record replaced by each other, spelled right, signed as before."""
    payload, signature = token.split(".")
    record = decoded(payload)
    for at, byte in itertools.product(range(len(record)), range(256)):
        yield f"{encoded(record[:at] + bytes([byte]) + record[at + 1 :])}.{signature}"


def signature_bytes(_: Material, token: str) -> Iterator[str]:
    """Each byte of the signature replaced by each other, spelled right."""
    payload, signature = token.split(".")
    digest = decoded(signature)
    for at, byte in itertools.product(range(len(digest)), range(256)):
        yield f"{payload}.{encoded(digest[:at] + bytes([byte]) + digest[at + 1 :])}"


def record_lengths(_: Material, token: str) -> Iterator[str]:
    """The record shortened and prolonged, signed as before; the signature likewise."""
    payload, signature = token.split(".")
    record, digest = decoded(payload), decoded(signature)
    for length in range(len(record)):
        yield f"{encoded(record[:length])}.{signature}"
        yield f"{encoded(record + record[:length])}.{signature}"
    for length in range(len(digest) * 2):
        yield f"{payload}.{encoded((digest * 2)[:length])}"


def spare_bits(_: Material, token: str) -> Iterator[str]:
    """Other spellings of the same bytes: last characters, padding, the other alphabet, case."""
    payload, signature = token.split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for one, other in itertools.product(alphabet, alphabet):
        yield f"{payload[:-1]}{one}.{signature[:-1]}{other}"
    for first, second in itertools.product(("", "=", "==", "==="), repeat=2):
        yield f"{payload}{first}.{signature}{second}"
    yield token.replace("-", "+").replace("_", "/")
    yield from (token.upper(), token.lower(), token.swapcase(), token[::-1])


def swapped_parts(material: Material, token: str) -> Iterator[str]:
    """Parts of two tokens put together, also with those that a foreign secret signed."""
    payload, signature = token.split(".")
    for other in (*material.tokens, *material.strangers):
        other_payload, other_signature = other.split(".")
        yield f"{payload}.{other_signature}"
        yield f"{other_payload}.{signature}"
        yield f"{signature}.{payload}"
        yield f"{token}.{other_signature}"
        yield f"{token}.{other}"
        yield f"{token}{other}"
        for cut in range(0, len(payload), 4):
            yield f"{payload[:cut]}{other_payload[cut:]}.{signature}"
            yield f"{payload[:cut]}{other_payload[cut:]}.{other_signature}"
        for cut in range(len(signature)):
            yield f"{payload}.{signature[:cut]}{other_signature[cut:]}"
    yield from material.strangers


def other_signatures(material: Material, token: str) -> Iterator[str]:
    """The payload signed in every way but ours: by salt, by key, by derivation, by algorithm."""
    payload, _ = token.split(".")
    secrets_ = {
        "bytes": bytes.fromhex(material.secret),
        "text": material.secret.encode(),
        "reversed": bytes.fromhex(material.secret)[::-1],
        "zeros": bytes(32),
        "empty": b"\0",
    }
    salts = (
        _SIGNING_SALT, b"", b"itsdangerous.Signer", b"cookie-session", b"analytics.key-id",
        b"analytics.share-link", b"analytics.share-link.v2", b"analytics.share-link.v1signer",
    )  # fmt: skip
    digests = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha384, hashlib.sha512)
    derivations = ("hmac", "concat", "django-concat", "none")
    for (name, key), salt, digest, derivation in itertools.product(
        secrets_.items(), salts, digests, derivations
    ):
        ours = (name, salt, digest, derivation)
        if ours == ("bytes", _SIGNING_SALT, hashlib.sha256, "hmac"):
            continue
        signer = Signer(
            key, salt=salt, digest_method=staticmethod(digest), key_derivation=derivation
        )
        yield signer.sign(payload.encode()).decode()
        yield f"{payload}.{encoded(decoded(signer.get_signature(payload).decode())[:32])}"
    for key in secrets_.values():
        for digest in digests:
            yield f"{payload}.{encoded(hmac.new(key, payload.encode(), digest).digest())}"
            yield f"{payload}.{encoded(hmac.new(key, decoded(payload), digest).digest())}"
            yield f"{payload}.{encoded(digest(key + payload.encode()).digest())}"


def other_formats(material: Material, token: str) -> Iterator[str]:
    """The same claims as other libraries would spell them, JSON web tokens without a key too."""
    payload, signature = token.split(".")
    key = bytes.fromhex(material.secret)
    claims = json.dumps({"token": payload, "exp": 2**32 - 1}).encode()
    for algorithm in ("none", "None", "HS256", "HS512", "RS256", "EdDSA"):
        header = encoded(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
        for body in (payload, encoded(claims)):
            signed = f"{header}.{body}".encode()
            yield f"{header}.{body}."
            yield f"{header}.{body}.{signature}"
            yield f"{header}.{body}.{encoded(hmac.new(key, signed, hashlib.sha256).digest())}"
    yield Signer(key, salt=_SIGNING_SALT, algorithm=NoneAlgorithm()).sign(payload).decode()
    yield TimestampSigner(key, salt=_SIGNING_SALT, key_derivation="hmac").sign(payload).decode()
    yield str(URLSafeTimedSerializer(key, salt=_SIGNING_SALT).dumps(payload))
    for last in ("", ".", "A" * 43, "_" * 43, "null", "undefined", "0"):
        yield f"{payload}.{last}"
        yield f"{payload}{last}"


def odd_characters(_: Material, token: str) -> Iterator[str]:
    """Unicode, NUL, white space and escapes at each place, put in and in place of a character."""
    for at, odd in itertools.product(range(len(token) + 1), _ODD):
        yield f"{token[:at]}{odd}{token[at:]}"
        yield f"{token[:at]}{odd}{token[at + 1 :]}"


def lookalikes(_: Material, token: str) -> Iterator[str]:
    """Characters that look, or normalise, alike; escaped ones."""
    yield token.translate(_LOOKALIKES)
    for at, character in enumerate(token):
        before, after = token[:at], token[at + 1 :]
        yield f"{before}{character.translate(_LOOKALIKES)}{after}"
        yield f"{before}{chr(ord(character) + 0xFEE0)}{after}"  # full width, alike under NFKC
        yield f"{before}{unicodedata.normalize('NFD', character + chr(0x301))}{after}"
        yield f"{before}%{ord(character):02x}{after}"
        yield f"{before}%25{ord(character):02x}{after}"


def huge(_: Material, token: str) -> Iterator[str]:
    """A megabyte of it."""
    payload, signature = token.split(".")
    yield token * (_MEGABYTE // len(token))
    yield token + "A" * _MEGABYTE
    yield "A" * _MEGABYTE + token
    yield f"{payload}{'A' * _MEGABYTE}.{signature}"
    yield f"{payload}.{signature}{'=' * _MEGABYTE}"
    yield f"{payload}{'.' * _MEGABYTE}{signature}"
    yield "\0" * _MEGABYTE
    yield "é" * _MEGABYTE


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        family.__name__.replace("_", " "): family
        for family in (
            single_bits,
            single_bytes,
            insertions,
            deletions,
            transpositions,
            record_bytes,
            signature_bytes,
            record_lengths,
            spare_bits,
            swapped_parts,
            other_signatures,
            other_formats,
            odd_characters,
            lookalikes,
            huge,
        )
    }
)
