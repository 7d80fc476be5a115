"""CSRF tokens of forms (OWASP, HMAC-based token pattern): bound to the session and its account.

They stand beside the check of the request's origin (``share_api.http.same_site``): a form counts
only when a page of the same session held it. The token is a MAC of the session's id by a key that
only the account's password hash gives: nothing of it is stored, and a new session has another.
"""

import hmac
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from common.http.problem import Problem
from share_api.routes.dependencies import SignedIn

FIELD: Final = "csrf"


class WrongCsrfTokenError(Problem):
    """The form is not one of this session's pages."""

    status = HTTPStatus.FORBIDDEN
    type = "wrong-csrf-token"
    title = "This form is out of date"

    def __init__(self) -> None:
        super().__init__(
            "Nothing was changed. The page had been open since before you logged in: open it again."
        )


def csrf_token(admin: SignedIn) -> str:
    """The token of the session's forms: 64 hex digits."""
    text = f"csrf\n{admin.session_id}"
    return hmac.new(admin.account.session_key, text.encode("ascii"), sha256).hexdigest()


def check_csrf_token(admin: SignedIn, given: str) -> None:
    """Refuse a form that no page of the session held.

    Raises:
        WrongCsrfTokenError: the token is another.
    """
    if not hmac.compare_digest(csrf_token(admin).encode(), given.encode()):
        raise WrongCsrfTokenError
