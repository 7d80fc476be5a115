import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import Signer

from common.links.link_claims import LinkClaims
from common.links.signing_secret import check_drawn_secret, check_secret
from common.links.token import (
    ExpiredLinkError,
    ForgedLinkError,
    KeyRing,
    LinkError,
    MalformedLinkError,
)
from common.reports import registry
from common.reports.window import Window

NOW = datetime(2026, 5, 2, 12, tzinfo=UTC)
SECRET = secrets.token_hex(32)
RING = KeyRing(SECRET)

seconds = st.integers(0, 2**32 - 1)
slugs = st.sampled_from(sorted(registry.REPORTS))


def claims(**changes: object) -> LinkClaims:
    facts = {
        "link_id": uuid4(),
        "tenant_id": 7,
        "report": "product-performance",
        "window": Window(NOW - timedelta(days=30), NOW),
        "issued_at": NOW,
        "expires_at": NOW + timedelta(days=7),
    }
    return LinkClaims(**{**facts, **changes})  # type: ignore[arg-type]


@st.composite
def any_claims(draw: st.DrawFn) -> LinkClaims:
    start, end = sorted(draw(st.lists(seconds, min_size=2, max_size=2, unique=True)))
    instants = [datetime.fromtimestamp(s, UTC) for s in (start, end, draw(seconds), draw(seconds))]
    return LinkClaims(
        link_id=UUID(int=draw(st.integers(0, 2**128 - 1))),
        tenant_id=draw(st.integers(0, 2**32 - 1)),
        report=draw(slugs),
        window=Window(instants[0], instants[1]),
        issued_at=instants[2],
        expires_at=instants[3],
        redacted=draw(st.booleans()),
    )


@given(any_claims())
def test_the_same_claims_and_key_are_the_same_token_whichever_key_signs_now(
    issued: LinkClaims,
) -> None:
    wanted = RING.issue(issued)
    later = KeyRing(secrets.token_hex(32), (secrets.token_hex(32), SECRET))
    assert later.issue(issued, key_id=RING.key_id) == wanted
    assert later.issue(issued) != wanted
    with pytest.raises(LookupError):
        RING.issue(issued, key_id=later.key_id)


@given(any_claims())
def test_what_was_issued_is_what_verifies(issued: LinkClaims) -> None:
    token = RING.issue(issued)
    assert RING.authenticate(token) == issued
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", token)


@pytest.mark.parametrize("slug", sorted(registry.REPORTS))
def test_a_token_is_short(slug: str) -> None:
    assert len(RING.issue(claims(report=slug))) < 200


def test_every_mutation_of_one_character_is_refused() -> None:
    token = RING.issue(claims())
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=~ é\0"
    for position in range(len(token)):
        for character in alphabet:
            mutated = token[:position] + character + token[position + 1 :]
            if mutated != token:
                with pytest.raises(LinkError):
                    RING.authenticate(mutated)


@given(st.text(max_size=500))
def test_no_text_opens_anything(text: str) -> None:
    with pytest.raises(LinkError):
        RING.authenticate(text)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t[:-1],
        lambda t: t[1:],
        lambda t: t + "A",
        lambda t: t + "=",
        lambda t: t.replace(".", ".."),
        lambda t: t + "\n",
        lambda t: " " + t,
        lambda t: t * 10_000,
        lambda _: "",
        lambda t: t.split(".")[0],
        lambda t: ".".join(reversed(t.split("."))),
    ],
)
def test_other_spellings_are_refused(spoil) -> None:
    with pytest.raises(LinkError):
        RING.authenticate(spoil(RING.issue(claims())))


def test_parts_of_two_tokens_do_not_combine() -> None:
    one, other = (RING.issue(claims(report=r)).split(".") for r in list(registry.REPORTS)[:2])
    with pytest.raises(ForgedLinkError):
        RING.authenticate(f"{one[0]}.{other[1]}")


def test_the_unused_bits_of_the_last_character_count() -> None:
    """43 characters carry 258 bits, a signature has 256: four spellings decode alike."""
    payload, signature = RING.issue(claims()).split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(signature[-1])
    twins = [alphabet[last ^ bits] for bits in (1, 2, 3)]
    for twin in twins:
        with pytest.raises(MalformedLinkError):
            RING.authenticate(f"{payload}.{signature[:-1]}{twin}")


def test_a_link_is_over_at_its_expiry_not_after() -> None:
    issued = claims()
    token = RING.issue(issued)
    last = issued.expires_at - timedelta(milliseconds=1)
    assert RING.verify(token, now=last) == issued
    with pytest.raises(ExpiredLinkError) as expired:
        RING.verify(token, now=issued.expires_at)
    assert expired.value.expired_at == issued.expires_at


def test_a_forged_token_is_not_told_that_it_expired() -> None:
    foreign = KeyRing(secrets.token_hex(32)).issue(claims(expires_at=NOW - timedelta(days=1)))
    with pytest.raises(ForgedLinkError):
        RING.verify(foreign, now=NOW)


def test_a_retired_key_verifies_and_does_not_sign() -> None:
    old = RING.issue(claims())
    fresh = secrets.token_hex(32)
    rotated = KeyRing(fresh, (SECRET,))
    assert rotated.authenticate(old)
    assert rotated.key_id == KeyRing(fresh).key_id != RING.key_id
    assert rotated.key_ids == (rotated.key_id, RING.key_id)
    with pytest.raises(ForgedLinkError):
        RING.authenticate(rotated.issue(claims()))
    with pytest.raises(ForgedLinkError):
        KeyRing(fresh).authenticate(old)


@pytest.mark.parametrize(
    "changes",
    [
        {"report": "Not A Slug"},
        {"report": ""},
        {"tenant_id": -1},
        {"tenant_id": 2**32},
        {"expires_at": NOW + timedelta(microseconds=1)},
        {"expires_at": datetime(2026, 5, 2)},  # noqa: DTZ001 - that is the point
        {"expires_at": datetime(2300, 1, 1, tzinfo=UTC)},
    ],
)
def test_claims_that_do_not_fit_are_not_signed(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        RING.issue(claims(**changes))


@pytest.mark.parametrize(
    "secret", ["", "abc", "g" * 64, "0" * 64, "ab" * 32, "a" * 63, "a" * 66, " " + "1f" * 31 + "0"]
)
def test_a_weak_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError):
        check_secret(secret)
    with pytest.raises(ValueError):
        KeyRing(secret)


@pytest.mark.parametrize("step", [1, 255, 3, 17])
def test_a_service_does_not_start_on_bytes_that_count(step: int) -> None:
    counting = bytes((7 + step * place) % 256 for place in range(32)).hex()
    with pytest.raises(ValueError, match="count"):
        check_drawn_secret(counting)


@pytest.mark.parametrize(
    "salt", [b"", b"itsdangerous.Signer", b"analytics.share-link.v2", b"analytics.device.v1"]
)
def test_a_token_of_another_purpose_or_audience_is_forged(salt: bytes) -> None:
    """The salt names whom a token is for, and what for: the same secret makes another key of it."""
    payload = RING.issue(claims()).partition(".")[0]
    key = bytes.fromhex(SECRET)

    def signed(salt: bytes) -> str:
        signer = Signer(key, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)
        return signer.sign(payload).decode("ascii")

    RING.authenticate(signed(b"analytics.share-link.v1"))
    with pytest.raises(ForgedLinkError):
        RING.authenticate(signed(salt))
