"""A new password that guessing would find early is refused, whatever signs it is made of."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.password_strength import GuessablePasswordError, require_strength

PERSON = ("anna@nordlicht.example", "nordlicht")


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password1234!",
        "P@ssw0rd2026!",
        "123456789012",
        "qwertyuiopas",
        "aaaaaaaaaaaaaaaa",
        "abcdefghijklmnop",
        "abcabcabcabcabcabc",
        "2026-11-28-2026",
        "iloveyou1234",
        "nordlicht2026!",
        "nordlichtnordlicht",
        "anna@nordlicht.example",
        "Anna-Nordlicht-1",
    ],
)
def test_what_guessers_try_first_is_refused(password: str) -> None:
    with pytest.raises(GuessablePasswordError) as refused:
        require_strength(password, PERSON)
    assert password not in str(refused.value)


@pytest.mark.parametrize("password", ["correct horse battery", "Wir essen um sieben Brot", "8Vz!q"])
def test_words_are_no_fault_and_length_is_not_judged_here(password: str) -> None:
    require_strength(f"{password} xkqj", PERSON)


def test_what_is_drawn_is_taken() -> None:
    for _ in range(20):
        require_strength(secrets.token_urlsafe(12), PERSON)


@given(st.text(min_size=1, max_size=4), st.integers(12, 200))
def test_a_repeat_is_worth_no_more_than_what_is_repeated(part: str, count: int) -> None:
    with pytest.raises(GuessablePasswordError):
        require_strength(part[:1] * count, PERSON)


@pytest.mark.parametrize(
    "password", ["x", "\u00e9\u00e9", "\U0001f600" * 1024, "\0" * 12, " " * 72]
)
def test_any_text_is_judged(password: str) -> None:
    with pytest.raises(GuessablePasswordError):
        require_strength(password)
