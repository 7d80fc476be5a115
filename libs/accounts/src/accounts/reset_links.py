"""Reset links: one-time links by which an admin sets a new password without the one before.

Nothing is kept: a token is a MAC under a key of the account, which only its password hash gives,
over the generation of its sessions. Using it changes both, so that it works once; so does another
password, or a log-out everywhere. Of two who use it at once one is let in.

An owner of a shop makes one for a member of that shop alone: a person's password opens every shop
of theirs. That is looked at again when it is used.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from sqlalchemy import Engine, select

from accounts.audit_log import record_for_person
from accounts.errors import UnknownAdminError
from accounts.memberships import Account, find_account
from accounts.passwords import (
    GenerationOverError,
    NoPasswordError,
    account_key,
    replace_password,
)
from accounts.validation import stored_address
from common.db.accounts import Admin
from common.db.audit import Action, Author
from common.db.tenancy import Access, transaction
from common.http.problem import Problem

LASTS: Final = timedelta(hours=24)
_PURPOSE: Final = "reset"
_GRAMMAR: Final = re.compile(
    r"rst_([1-9][0-9]{0,9})_([0-9]{1,9})_([0-9]{1,11})_([0-9a-f]{64})", re.ASCII
)
_LARGEST_ID: Final = 2**31 - 1


class ResetError(Problem):
    """A reset link cannot be made or used."""


class ResetOverError(ResetError):
    """No such link, or used, replaced or over: which of them is not told."""

    status = HTTPStatus.NOT_FOUND
    type = "reset-over"
    title = "This link does not work"

    def __init__(self) -> None:
        super().__init__("It has been used or has expired: ask for another one.")


class OfOtherShopsError(ResetError):
    """The member belongs to other shops too, which an owner of this one has no say in."""

    status = HTTPStatus.CONFLICT
    type = "of-other-shops"
    title = "Member of other shops"

    def __init__(self) -> None:
        super().__init__(
            "This member belongs to other shops too: whoever runs the system can create the link."
        )


@dataclass(frozen=True, slots=True)
class Reset:
    """Whose password a link sets, in which generation of their sessions."""

    admin_id: int
    email: str
    generation: int


@dataclass(frozen=True, slots=True)
class _Facts:
    admin_id: int
    tenant_id: int
    expires: int


def reset_link(
    engine: Engine, admin_id: int, *, tenant_id: int | None, author: Author, at: datetime
) -> tuple[str, datetime]:
    """A token that sets the admin's password once, and when it is over.

    ``tenant_id`` is the shop whose owner makes it; None is the operator.

    Raises:
        ResetOverError: there is no such admin.
        OfOtherShopsError: they are a member of other shops too.
    """
    account, password_hash = _account(engine, admin_id)
    if tenant_id is not None and not _is_only_tenant(account, tenant_id):
        raise OfOtherShopsError
    over = (at + LASTS).replace(microsecond=0)
    facts = _Facts(admin_id, tenant_id or 0, int(over.timestamp()))
    with transaction(engine, Access(admin_id=admin_id)) as session:
        maker = Author(author.name, admin_id, author.address)
        record_for_person(session, Action.RESET_LINK_MADE, maker, at=at)
    mac = _mac(facts, account.generation, password_hash)
    return f"rst_{facts.admin_id}_{facts.tenant_id}_{facts.expires}_{mac}", over


def admin_named(engine: Engine, email: str) -> int:
    """The id of the admin of that address.

    Raises:
        InvalidAccountError: it is no address.
        UnknownAdminError: there is no such admin.
    """
    with transaction(engine, Access()) as session:
        found = session.scalar(select(Admin.id).where(Admin.email == stored_address(email)))
    if found is None:
        raise UnknownAdminError(email)
    return found


def find_reset(engine: Engine, token: str, *, now: datetime) -> Reset:
    """Whose password a token sets, as long as it works.

    Raises:
        ResetOverError: it does not.
    """
    match = _GRAMMAR.fullmatch(token)
    if match is None or int(match[1]) > _LARGEST_ID:
        raise ResetOverError
    facts = _Facts(*map(int, match.groups()[:3]))
    account, password_hash = _account(engine, facts.admin_id)
    if not hmac.compare_digest(_mac(facts, account.generation, password_hash), match[4]):
        raise ResetOverError
    if datetime.fromtimestamp(facts.expires, UTC) <= now:
        raise ResetOverError
    if facts.tenant_id and not _is_only_tenant(account, facts.tenant_id):
        raise ResetOverError
    return Reset(account.admin_id, account.email, account.generation)


def use_reset(
    engine: Engine, reset: Reset, password_hash: str, *, address: str | None, at: datetime
) -> int:
    """Set the password and end every session of the admin's; their new generation.

    Raises:
        ResetOverError: another has used it meanwhile, or their sessions were ended.
    """
    author = Author(reset.email, reset.admin_id, address)
    try:
        return replace_password(
            engine, reset.admin_id, password_hash, author, at=at, generation=reset.generation
        )
    except GenerationOverError:
        raise ResetOverError from None


def _is_only_tenant(account: Account, tenant_id: int) -> bool:
    """Whether the admin is a member there and nowhere else.

    Raises:
        TenantAwayError: a server that does not answer may have another tenant of theirs.
    """
    if any(each.id != tenant_id for each in account.tenants):
        return False
    account.require_whole()
    return bool(account.tenants)


def _account(engine: Engine, admin_id: int) -> tuple[Account, str]:
    account = find_account(engine, admin_id)
    with transaction(engine, Access()) as session:
        password_hash = session.scalar(select(Admin.password_hash).where(Admin.id == admin_id))
    if account is None or password_hash is None:
        raise ResetOverError
    return account, password_hash


def _mac(facts: _Facts, generation: int, password_hash: str) -> str:
    text = f"{facts.admin_id}.{facts.tenant_id}.{facts.expires}.{generation}"
    try:
        key = account_key(password_hash, _PURPOSE)
    except NoPasswordError:
        raise ResetOverError from None
    return hmac.new(key, text.encode("ascii"), sha256).hexdigest()
