"""Password hashing by argon2id."""

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from common.password_hashing import hash_password, password_matches


def test_a_hash_is_matched_by_its_password_alone() -> None:
    stored = hash_password("a long password")
    assert stored.startswith("$argon2id$")
    assert stored != hash_password("a long password"), "each has its own salt"
    assert password_matches(stored, "a long password")
    assert not password_matches(stored, "a long passwore")


def test_a_hash_costs_what_the_standard_recommends() -> None:
    assert extract_parameters(hash_password("a long password")) == RFC_9106_LOW_MEMORY


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$v=19$m=8,t=1,p=1$broken"])
def test_a_damaged_hash_is_matched_by_nothing(stored: str) -> None:
    assert not password_matches(stored, "password")
