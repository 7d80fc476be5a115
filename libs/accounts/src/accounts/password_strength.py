"""Password strength: a new password that guessing would find early is refused.

Estimated by zxcvbn, which knows common passwords, names, words, keyboard rows, dates, repeats and
sequences. A rule of characters would refuse good passwords and take bad ones (NIST SP 800-63B).
"""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from common.http.problem import Problem

LEAST_GUESSES_LOG10: Final = 10
"""What zxcvbn calls very unguessable: argon2id makes so many guesses take decades."""

_READ: Final = 72
"""Characters that are estimated; a password that is strong up to there is strong."""
_WORD: Final = re.compile(r"[\W_]+")
_SHORTEST_WORD: Final = 3


class GuessablePasswordError(Problem):
    """A new password that would soon be guessed."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-body"
    title = "Invalid request body"
    fixed_detail = "The request body is not valid."

    def __init__(self) -> None:
        super().__init__(
            "is easy to guess: common words, names of yours, a pattern or a repeat; make it longer"
        )

    @property
    def errors(self) -> list[dict[str, str]]:
        """The field of the body that the password is in."""
        return [{"pointer": "/newPassword", "detail": str(self)}]


def require_strength(password: str, context: Iterable[str] = ()) -> None:
    """Refuse a password that is easy to guess.

    Takes up to 0.1 s. ``context`` are texts that a guesser would try first: the person's address,
    the shop's name.

    Raises:
        GuessablePasswordError: fewer than ``10 ** LEAST_GUESSES_LOG10`` guesses find it.
    """
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its word lists take half a second to load

    words = [each for text in context for each in (text, *_WORD.split(text))]
    known = [word.lower() for word in words if len(word) >= _SHORTEST_WORD]
    estimate = zxcvbn(password[:_READ], user_inputs=known)  # type: ignore[no-untyped-call]
    if estimate["guesses_log10"] < LEAST_GUESSES_LOG10:
        raise GuessablePasswordError
