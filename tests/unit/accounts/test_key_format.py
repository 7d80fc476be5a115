"""A key has one form: what is not quite it is refused before any work is done for it."""

import string
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from accounts.key_format import PREFIX, digest_of, is_key, new_key, shown_prefix
from common.infra.telemetry import redact

KEYS = st.builds(new_key, st.uuids())
CHARACTERS = st.sampled_from(string.printable + "é٣\0")


@given(st.uuids())
def test_a_key_is_one_and_shows_its_id(key_id: UUID) -> None:
    key = new_key(key_id)
    assert is_key(key)
    assert key.startswith(f"{PREFIX}{key_id.hex}_")
    assert key.startswith(shown_prefix(key_id))
    assert len(key) == 86
    assert len(digest_of(key)) == 32


@given(KEYS, st.integers(0, 85), CHARACTERS)
def test_one_other_character_makes_it_none(key: str, place: int, character: str) -> None:
    changed = key[:place] + character + key[place + 1 :]
    assert is_key(changed) is (changed == key)


@given(KEYS, st.integers(0, 85), CHARACTERS)
def test_one_more_or_less_makes_it_none(key: str, place: int, character: str) -> None:
    assert not is_key(key[:place] + key[place + 1 :])
    assert not is_key(key[:place] + character + key[place:])
    assert not is_key(key + character)


@given(st.text(max_size=200))
def test_whatever_else_is_none(text: str) -> None:
    assert not is_key(text)
    assert not is_key(PREFIX + text)


@given(KEYS)
def test_it_is_cut_from_logs(key: str) -> None:
    assert key[-49:] not in redact(f"Authorization: Bearer {key} was sent")


def test_no_two_are_alike() -> None:
    key_id = UUID(int=0)
    assert len({new_key(key_id) for _ in range(100)}) == 100
