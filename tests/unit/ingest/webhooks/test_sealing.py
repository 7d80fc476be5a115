"""Secrets of connections: sealed by the first key, opened by any, for their connection alone."""

from uuid import uuid4

import pytest

from ingest.webhooks.sealing import ConnectionsNotConfiguredError, SecretBox, UnopenedSecretError

ONE, OTHER = "0123456789abcdef" * 4, "fedcba9876543210" * 4
CONNECTION = uuid4()


def test_a_sealed_secret_opens_for_its_connection_alone() -> None:
    box = SecretBox([ONE])
    sealed = box.seal(CONNECTION, "a secret of some length")
    assert b"a secret" not in sealed
    assert box.open(CONNECTION, sealed) == b"a secret of some length"
    with pytest.raises(UnopenedSecretError):
        box.open(uuid4(), sealed)


def test_a_retired_key_opens_and_does_not_seal() -> None:
    before = SecretBox([ONE]).seal(CONNECTION, "a secret of some length")
    both = SecretBox([OTHER, ONE])
    assert both.open(CONNECTION, before) == b"a secret of some length"
    with pytest.raises(UnopenedSecretError):
        SecretBox([ONE]).open(CONNECTION, both.seal(CONNECTION, "a secret of some length"))


def test_without_a_key_nothing_is_sealed() -> None:
    with pytest.raises(ConnectionsNotConfiguredError):
        SecretBox([]).seal(CONNECTION, "a secret of some length")
