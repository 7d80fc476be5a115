"""Tests cost what they prove: passwords are hashed at no cost, and statements are compiled once."""

import pytest
from tests.support.engines import kept_service_engine
from tests.support.password_hashes import CHEAP


@pytest.fixture(autouse=True)
def _at_less_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.password_hashing._HASHER", CHEAP)
    monkeypatch.setattr("common.db.shards.create_service_engine", kept_service_engine)
