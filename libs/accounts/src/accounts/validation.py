"""Validation of tenants and admins: each value checked, and spelled as it is stored."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from accounts.errors import InvalidAccountError
from accounts.password_strength import GuessablePasswordError, require_strength
from accounts.passwords import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from common.db.accounts import MAX_NAME_LENGTH
from common.password_hashing import hash_password
from common.reports.money import UnsupportedCurrencyError, currency_exponent

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_MAX_EMAIL_LENGTH = 254


def require_tenant_values(slug: str, name: str, currency: str, timezone: str) -> None:
    """Refuse what cannot be a shop.

    Raises:
        InvalidAccountError: naming the field.
    """
    if not _SLUG.fullmatch(slug):
        raise InvalidAccountError(
            "slug", slug, "use 1 to 63 of a-z, 0-9 and -, with no - at either end"
        )
    require_name(name)
    require_currency(currency)
    require_timezone(timezone)


def require_name(name: str) -> None:
    """Refuse what is no name of a shop.

    Raises:
        InvalidAccountError: naming the field.
    """
    if not name.strip() or not name.isprintable():
        raise InvalidAccountError("name", name, "give the shop a name")
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidAccountError(
            "name", f"{name[:20]}…", f"use at most {MAX_NAME_LENGTH} characters"
        )


def require_currency(currency: str) -> None:
    """Refuse what is no currency of ISO 4217.

    Raises:
        InvalidAccountError: naming the field.
    """
    try:
        currency_exponent(currency)
    except UnsupportedCurrencyError as error:
        raise InvalidAccountError("currency", currency, "not a currency of ISO 4217") from error


def require_timezone(timezone: str) -> None:
    """Refuse what is no zone of the IANA list.

    Raises:
        InvalidAccountError: naming the field.
    """
    try:
        datetime.now(UTC).astimezone(ZoneInfo(timezone))
    except (ValueError, OSError, KeyError) as error:
        raise InvalidAccountError("timezone", timezone, "not a zone of the IANA list") from error


def stored_address(email: str) -> str:
    """The e-mail address as it is stored: without spaces around it, in lower case.

    Raises:
        InvalidAccountError: it cannot be one.
    """
    address = email.strip().lower()
    if not _EMAIL.fullmatch(address) or len(address) > _MAX_EMAIL_LENGTH:
        raise InvalidAccountError("email", email, "not an e-mail address")
    return address


def hashed(password: str, *context: str) -> str:
    """The argon2id hash of a password; takes about 0.2 s.

    ``context`` are texts that a guesser would try first, such as the person's address.

    Raises:
        InvalidAccountError: the password is too short, too long or easy to guess.
    """
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise InvalidAccountError(
            "password", None, f"use {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters"
        )
    try:
        require_strength(password, context)
    except GuessablePasswordError as error:
        raise InvalidAccountError("password", None, str(error)) from error
    return hash_password(password)
