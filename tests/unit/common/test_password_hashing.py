"""Password hashing by argon2id."""

import pytest

from common.password_hashing import hash_password, password_matches


def test_a_hash_is_matched_by_its_password_alone() -> None:
    stored = hash_password("a long password")
    assert stored.startswith("$argon2id$")
    assert stored != hash_password("a long password"), "each has its own salt"
    assert password_matches(stored, "a long password")
    assert not password_matches(stored, "a long passwore")


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$v=19$m=8,t=1,p=1$broken"])
def test_a_damaged_hash_is_matched_by_nothing(stored: str) -> None:
    assert not password_matches(stored, "password")
