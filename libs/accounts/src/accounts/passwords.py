"""Passwords and session generations: replacing one, and ending every session of a person.

The count is in the database and read with every request, so that all sessions of before are over
at once, on every host, whatever Redis remembers.
"""

import hmac
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from sqlalchemy import Engine, delete, update

from accounts.audit_log import record_for_person
from common.db.accounts import Admin
from common.db.audit import Action, Author
from common.db.passkeys import Passkey
from common.db.tenancy import Access, TenantSession, transaction
from common.http.problem import Problem
from common.password_hashing import is_password_hash

MIN_PASSWORD_LENGTH: Final = 12
MAX_PASSWORD_LENGTH: Final = 1024

SESSION_KEY: Final = "session"
"""What the key of sessions is derived for."""


class GenerationOverError(Problem):
    """The admin's sessions were ended meanwhile, or the admin is gone."""

    status = HTTPStatus.FORBIDDEN
    type = "no-session"
    title = "Not logged in"

    def __init__(self) -> None:
        super().__init__("the sessions of this admin have been ended")


class NoPasswordError(Exception):
    """The account has no password: it is a copy of one, or nobody has set it."""

    def __init__(self) -> None:
        super().__init__("this account has no password")


def account_key(password_hash: str, purpose: str) -> bytes:
    """A key for one purpose of an account's, which whoever cannot read the accounts cannot know.

    The stored hash holds random salt, and another password makes another key.

    Raises:
        NoPasswordError: it is no hash, but something that everybody knows.
    """
    if not is_password_hash(password_hash):
        raise NoPasswordError
    return derived_key(password_hash, purpose)


def derived_key(secret: str, purpose: str) -> bytes:
    """A key for one purpose, which is as secret as ``secret``."""
    return hmac.new(secret.encode(), f"analytics.{purpose}".encode(), sha256).digest()


def replace_password(
    engine: Engine,
    admin_id: int,
    password_hash: str,
    author: Author,
    *,
    at: datetime,
    generation: int | None = None,
) -> int:
    """Give an admin another password, who did not show the old one; the new generation.

    Their sessions end and their passkeys go: nobody else keeps a way in.

    Raises:
        GenerationOverError: there is no such admin, or their generation is not ``generation``.
    """
    with transaction(engine, Access(admin_id=admin_id)) as session:
        counted = count_up_sessions(
            session, admin_id, generation=generation, password_hash=password_hash
        )
        theirs = delete(Passkey).where(Passkey.admin_id == admin_id).returning(Passkey.name)
        for name in session.scalars(theirs).all():
            record_for_person(session, Action.PASSKEY_REMOVED, author, at=at, subject=name)
        record_for_person(session, Action.PASSWORD_CHANGED, author, at=at)
    return counted


def change_password(
    engine: Engine, generation: int, password_hash: str, author: Author, *, at: datetime
) -> int:
    """As ``replace_password``, for one who has just shown the old password, and keeps passkeys.

    Answers the new generation.

    Raises:
        GenerationOverError: it was changed meanwhile, or the sessions were ended: log in again.
    """
    return _count_up(
        engine,
        author.admin_id,
        Action.PASSWORD_CHANGED,
        author,
        at,
        generation=generation,
        password_hash=password_hash,
    )


def end_sessions(engine: Engine, author: Author, *, at: datetime) -> None:
    """End all sessions of the admin who is ``author``."""
    _count_up(engine, author.admin_id, Action.LOGOUT_EVERYWHERE, author, at)


def _count_up(
    engine: Engine,
    admin_id: int | None,
    action: Action,
    author: Author,
    at: datetime,
    *,
    generation: int | None = None,
    **values: str,
) -> int:
    with transaction(engine, Access(admin_id=admin_id)) as session:
        counted = count_up_sessions(session, admin_id, generation=generation, **values)
        record_for_person(session, action, author, at=at)
    return counted


def count_up_sessions(
    session: TenantSession, admin_id: int | None, *, generation: int | None = None, **values: str
) -> int:
    """End all sessions of an admin in a transaction on their behalf; the new generation.

    ``values`` are what else changes of their row.

    Raises:
        GenerationOverError: there is no such admin, or their generation is not ``generation``.
    """
    change = (
        update(Admin)
        .where(Admin.id == admin_id)
        .values(session_generation=Admin.session_generation + 1, **values)
        .returning(Admin.session_generation)
    )
    if generation is not None:
        change = change.where(Admin.session_generation == generation)
    counted = session.scalar(change)
    if counted is None:
        raise GenerationOverError
    return counted
