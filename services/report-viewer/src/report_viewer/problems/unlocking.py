"""Problems of links that ask for a password."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from report_viewer.problems.errors import LockedError, WrongPasswordError
from report_viewer.problems.problem import Problem

_PASSWORD_REQUIRED: Final = Problem(
    HTTPStatus.UNAUTHORIZED,
    "password-required",
    "This report asks for a password",
    "The link opens with a password.",
    "Whoever sent you the link has it.",
    challenge='Password realm="report"',
)
_WRONG_PASSWORD: Final = replace(
    _PASSWORD_REQUIRED,
    kind="wrong-password",
    title="That is not the password",
    detail="The link opens with another password.",
)
TOO_MANY_PASSWORDS: Final = Problem(
    HTTPStatus.TOO_MANY_REQUESTS,
    "too-many-passwords",
    "Too many passwords were tried",
    "Too many passwords were tried from this address.",
    "Wait a few minutes, then try again.",
)
INVALID_PASSWORD_BODY: Final = Problem(
    HTTPStatus.BAD_REQUEST,
    "invalid-body",
    "The request cannot be read",
    "The body is neither a form nor a JSON object with a password.",
)


def locked(error: LockedError) -> Problem:
    """What is told of a link that asks for its password."""
    problem = _WRONG_PASSWORD if isinstance(error, WrongPasswordError) else _PASSWORD_REQUIRED
    return replace(problem, unlock=error.unlock)
