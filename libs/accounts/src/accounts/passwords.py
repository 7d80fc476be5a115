"""Passwords and session generations: replacing one, and ending every session of a person.

The count is in the database and read with every request, so that all sessions of before are over
at once, on every host, whatever Redis remembers.
"""

import hmac
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from sqlalchemy import Engine, update

from accounts.audit_log import record_for_person
from common.db.accounts import Admin
from common.db.audit import Action, Author
from common.db.tenancy import Access, transaction
from common.http.problem import Problem

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


def derived_key(password_hash: str, purpose: str) -> bytes:
    """A key for one purpose of an account's, which whoever cannot read the accounts cannot know.

    The stored hash holds random salt, and another password makes another key.
    """
    return hmac.new(password_hash.encode(), f"analytics.{purpose}".encode(), sha256).digest()


def replace_password(
    engine: Engine, admin_id: int, password_hash: str, author: Author, *, at: datetime
) -> None:
    """Give an admin another password and end all their sessions."""
    _count_up(engine, admin_id, Action.PASSWORD_CHANGED, author, at, password_hash=password_hash)


def change_password(
    engine: Engine, generation: int, password_hash: str, author: Author, *, at: datetime
) -> int:
    """As ``replace_password``, for one who has just shown the old password; the new generation.

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
    change = (
        update(Admin)
        .where(Admin.id == admin_id)
        .values(session_generation=Admin.session_generation + 1, **values)
        .returning(Admin.session_generation)
    )
    if generation is not None:
        change = change.where(Admin.session_generation == generation)
    with transaction(engine, Access(admin_id=admin_id)) as session:
        counted = session.scalar(change)
        if counted is None:
            raise GenerationOverError
        record_for_person(session, action, author, at=at)
    return counted
