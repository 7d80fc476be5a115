"""API keys in the header ``Authorization: Bearer`` (RFC 6750), and what is refused with them.

Another scheme, such as the Basic of a gateway before us, is no key. A key that is malformed,
unknown, expired or revoked gets one answer: which of them it is, is told to nobody.
"""

from http import HTTPStatus

from starlette.datastructures import Headers

from common.http.problem import Problem
from common.http.wording import Wording

_MALFORMED = ""


class BearerError(Problem):
    """The key, or what is asked for with it, is refused."""

    status = HTTPStatus.FORBIDDEN


class InvalidKeyError(BearerError):
    """No key of ours, or one that is over."""

    status = HTTPStatus.UNAUTHORIZED
    type = "invalid-key"
    title = "API key not valid"
    challenge = 'Bearer error="invalid_token"'

    def __init__(self) -> None:
        super().__init__("The API key is not valid.")


class TwoCredentialsError(BearerError):
    """A session and a key: who asks would be a guess."""

    status = HTTPStatus.BAD_REQUEST
    type = "two-credentials"
    title = "A session and an API key"
    challenge = 'Bearer error="invalid_request"'

    def __init__(self) -> None:
        super().__init__("Send the session's cookie or an API key, not both.")


class MissingScopeError(BearerError):
    """The key is valid and not for this: ``scope`` is what it lacks."""

    type = "missing-scope"
    title = "Scope missing"

    def __init__(self, scope: str) -> None:
        super().__init__(
            Wording("The API key may not do this: it lacks the scope %(scope)s.", scope=scope)
        )
        self.scope = scope
        self.challenge = f'Bearer error="insufficient_scope", scope="{scope}"'


class PersonOnlyError(BearerError):
    """What only a person who is logged in may do."""

    type = "person-only"
    title = "Not for API keys"

    def __init__(self) -> None:
        super().__init__("No API key may do this: log in.")


def presented_key(headers: Headers) -> str | None:
    """What is shown as a key, whether or not it is one; None when nothing is."""
    lines = [line.strip(" \t").partition(" ") for line in headers.getlist("authorization")]
    shown = [rest.strip(" ") for scheme, _, rest in lines if scheme.lower() == "bearer"]
    if not shown:
        return None
    return shown[0] if len(lines) == 1 else _MALFORMED
