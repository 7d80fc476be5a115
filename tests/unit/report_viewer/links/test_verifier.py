"""A token is verified once, and its expiry asked on every request."""

from datetime import timedelta

import pytest
import time_machine
from tests.support.samples import NOW, SECRET, Sample

from common.links.token import ExpiredLinkError, ForgedLinkError, KeyRing, LinkError
from report_viewer.links.verifier import Verifier
from report_viewer.problems.errors import SigningNotConfiguredError

SAMPLE = Sample(expires_at=NOW + timedelta(minutes=1))


def test_a_remembered_token_still_expires() -> None:
    verifier = Verifier(KeyRing(SECRET))
    with time_machine.travel(NOW, tick=False) as clock:
        assert verifier.verify(SAMPLE.token()) == SAMPLE.claims
        clock.shift(59)
        assert verifier.verify(SAMPLE.token()) == SAMPLE.claims
        clock.shift(1)
        with pytest.raises(ExpiredLinkError) as told:
            verifier.verify(SAMPLE.token())
        assert told.value.expired_at == SAMPLE.expires_at


def test_a_foreign_key_opens_nothing() -> None:
    with pytest.raises(ForgedLinkError):
        Verifier(KeyRing(SECRET)).verify(SAMPLE.token(secret="0123456789abcdef" * 4))


def test_without_a_key_nothing_opens() -> None:
    verifier = Verifier(None)
    assert not verifier.configured
    with pytest.raises(SigningNotConfiguredError):
        verifier.verify(SAMPLE.token())


@time_machine.travel(NOW, tick=False)
def test_the_memory_is_bounded() -> None:
    verifier = Verifier(KeyRing(SECRET), remembered=3)
    tokens = [Sample(expires_at=NOW + timedelta(1)).token() for _ in range(10)]
    for token in tokens:
        verifier.verify(token)
        with pytest.raises(LinkError):
            verifier.verify(token + "x")
    assert list(verifier._verified) == tokens[-3:]
