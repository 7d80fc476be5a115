"""Answers of authenticators, as a browser sends them: read, or refused alike.

What is refused is told by one error, whatever is wrong with it.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeVar

from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AuthenticationCredential, RegistrationCredential

from share_api.auth.credentials import CredentialsError
from share_api.auth.plain_cbor import check_attestation, check_authenticator_data

# What comes from outside is CBOR and JSON inside base64: what the library trips over is refused.
_UNREADABLE: Final = (
    *(WebAuthnException, ValueError, TypeError, LookupError, AttributeError),
    *(ArithmeticError, RecursionError),
)

T = TypeVar("T")


class WrongPasskeyError(CredentialsError):
    """No passkey of an account, or not shown as it has to be: which of them is not told."""

    status = HTTPStatus.FORBIDDEN
    type = "wrong-passkey"
    title = "Passkey refused"

    def __init__(self) -> None:
        super().__init__("The passkey was not accepted.")


def made(credential: str) -> RegistrationCredential:
    """What an authenticator made. Call it within ``read``."""
    found = parse_registration_credential_json(credential)
    check_attestation(found.response.attestation_object)
    return found


def shown(credential: str) -> AuthenticationCredential:
    """What an authenticator shows. Call it within ``read``."""
    found = parse_authentication_credential_json(credential)
    check_authenticator_data(found.response.authenticator_data)
    return found


def read(reading: Callable[[], T]) -> T:
    """What ``reading`` makes of what came from outside.

    Raises:
        WrongPasskeyError: it can make nothing of it.
    """
    try:
        return reading()
    except _UNREADABLE as error:
        raise WrongPasskeyError from error
