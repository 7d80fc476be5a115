"""Errors of accounts: one tree, with the facts and a sentence."""

from http import HTTPStatus

from common.http.problem import Problem


class AccountError(Exception):
    """A tenant or an admin cannot be created as asked."""


class InvalidAccountError(AccountError):
    """A value that cannot be one: ``field`` says which, ``value`` is it (None for a password)."""

    def __init__(self, field: str, value: str | None, reason: str) -> None:
        shown = "" if value is None else f" {value!r}"
        super().__init__(f"{field}{shown}: {reason}")
        self.field = field
        self.value = value
        self.reason = reason


class TenantExistsError(AccountError):
    """The slug is taken."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"there is a tenant {slug!r} already")
        self.slug = slug


class UnknownTenantError(AccountError):
    """No tenant has this slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"there is no tenant {slug!r}: create it first")
        self.slug = slug


class UnknownServerError(AccountError):
    """No server of the deployment has this name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"there is no server {name!r}: there is {', '.join(known)}")
        self.name = name
        self.known = known


class CurrencyInUseError(AccountError):
    """The tenant has amounts in its currency, which would be read as amounts of another."""

    def __init__(self, slug: str, currency: str) -> None:
        super().__init__(
            f"the tenant {slug!r} has orders or costs in {currency}: its currency stays"
        )
        self.slug = slug
        self.currency = currency


class UnknownAdminError(AccountError):
    """No admin has this e-mail address."""

    def __init__(self, email: str) -> None:
        super().__init__(f"there is no admin {email!r}")
        self.email = email


class AccountMixedError(AccountError, Problem):
    """A server has the account of somebody else by the id of this one: neither is changed.

    The message names both for the operator; a client is not told whose the other one is.
    """

    status = HTTPStatus.CONFLICT
    type = "account-mixed"
    title = "This account cannot join the shop"
    fixed_detail = "Its number is already taken where the shop is kept: ask the operator."

    def __init__(self, admin_id: int, email: str, theirs: str) -> None:
        super().__init__(
            f"the account {admin_id} is {email} at home and {theirs} where the shop is:"
            " home was restored, see operations, several PostgreSQL servers"
        )
        self.admin_id = admin_id


class PasswordMismatchError(AccountError):
    """The admin exists with another password, which is not changed in passing."""

    def __init__(self, email: str) -> None:
        super().__init__(f"the admin {email!r} exists already and has another password")
        self.email = email


class DatabaseRefusedError(AccountError):
    """The database cannot be reached or used; ``reason`` is its own first line."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the database refused: {reason}")
        self.reason = reason
