"""Passkeys of admins: listed, added, used and removed. What a browser sends is verified before.

Each is done on behalf of the admin whose passkeys they are: row-level security shows no other's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from accounts.audit_log import record_for_person
from accounts.memberships import Account
from accounts.passwords import GenerationOverError, count_up_sessions
from common.db.accounts import Admin
from common.db.audit import Action, Author
from common.db.passkeys import Passkey
from common.db.tenancy import Access, transaction
from common.http.problem import Problem
from common.http.wording import Wording

MOST_PASSKEYS: Final = 20
"""Of one admin."""


class PasskeyError(Problem):
    """That cannot be done with the admin's passkeys."""

    status = HTTPStatus.CONFLICT


class PasskeyNotFoundError(PasskeyError):
    """The admin has no such passkey; the answer does not tell whether another has."""

    status = HTTPStatus.NOT_FOUND
    type = "passkey-not-found"
    title = "Passkey not found"

    def __init__(self) -> None:
        super().__init__("There is no such passkey.")


class TooManyPasskeysError(PasskeyError):
    """The admin has as many as one may have."""

    type = "too-many-passkeys"
    title = "Too many passkeys"

    def __init__(self) -> None:
        super().__init__(
            Wording(
                "An account has %(most)s passkeys at most: remove one first.", most=MOST_PASSKEYS
            )
        )


class PasskeyKnownError(PasskeyError):
    """The authenticator's credential is a passkey of an account already."""

    type = "passkey-known"
    title = "Passkey known"

    def __init__(self) -> None:
        super().__init__("This passkey has already been added.")


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey as an authenticator made it; ``public_key`` is a COSE key."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class UsedPasskey:
    """Whose passkey was used, with what sessions are begun with."""

    admin_id: int
    generation: int
    password_hash: str


def list_passkeys(engine: Engine, admin_id: int) -> tuple[Passkey, ...]:
    """The admin's passkeys, in the order they were added."""
    query = select(Passkey).where(Passkey.admin_id == admin_id)
    with transaction(engine, Access(admin_id=admin_id)) as session:
        return tuple(session.scalars(query.order_by(Passkey.created_at, Passkey.id)))


def add_passkey(
    engine: Engine, account: Account, new: NewPasskey, author: Author, *, at: datetime
) -> None:
    """Let the admin of ``account``, as a session of theirs knows it, log in by a passkey.

    Raises:
        GenerationOverError: the sessions were ended meanwhile: log in again.
        TooManyPasskeysError: there are as many as there may be.
        PasskeyKnownError: it is one of an account already, whoever's.
    """
    admin_id = account.admin_id
    try:
        with transaction(engine, Access(admin_id=admin_id)) as session:
            unchanged = (Admin.id == admin_id, Admin.session_generation == account.generation)
            if session.scalar(select(Admin.id).where(*unchanged).with_for_update()) is None:
                raise GenerationOverError
            count = select(func.count()).where(Passkey.admin_id == admin_id)
            if (session.scalar(count) or 0) >= MOST_PASSKEYS:
                raise TooManyPasskeysError
            session.add(
                Passkey(
                    admin_id=admin_id,
                    id=uuid4(),
                    credential_id=new.credential_id,
                    public_key=new.public_key,
                    sign_count=new.sign_count,
                    transports=list(new.transports),
                    name=new.name,
                    created_at=at,
                )
            )
            record_for_person(session, Action.PASSKEY_ADDED, author, at=at, subject=new.name)
    except IntegrityError as error:
        raise PasskeyKnownError from error


def use_passkey(
    engine: Engine,
    admin_id: int,
    credential_id: bytes,
    verify: Callable[[Passkey], int],
    *,
    at: datetime,
) -> UsedPasskey:
    """Log in by a passkey: ``verify`` answers the authenticator's counter, or raises.

    The row is held meanwhile: of two who show the same counter one is let in.

    Raises:
        PasskeyNotFoundError: the admin has no passkey of that id, or there is no such admin.
    """
    mine = (Passkey.admin_id == admin_id, Passkey.credential_id == credential_id)
    with transaction(engine, Access(admin_id=admin_id)) as session:
        row = session.execute(
            select(Passkey, Admin)
            .join(Admin, Admin.id == Passkey.admin_id)
            .where(*mine)
            .with_for_update(of=Passkey)
        ).one_or_none()
        if row is None:
            raise PasskeyNotFoundError
        found, admin = row
        counted = verify(found)
        session.execute(update(Passkey).where(*mine).values(sign_count=counted, last_used_at=at))
        return UsedPasskey(admin_id, admin.session_generation, admin.password_hash)


def remove_passkey(
    engine: Engine, generation: int, passkey_id: UUID, author: Author, *, at: datetime
) -> int:
    """Remove a passkey of the author's and end all their sessions; the new generation.

    Raises:
        PasskeyNotFoundError: they have none of that id.
        GenerationOverError: the sessions were ended meanwhile: log in again.
    """
    mine = (Passkey.admin_id == author.admin_id, Passkey.id == passkey_id)
    with transaction(engine, Access(admin_id=author.admin_id)) as session:
        name = session.scalar(delete(Passkey).where(*mine).returning(Passkey.name))
        if name is None:
            raise PasskeyNotFoundError
        counted = count_up_sessions(session, author.admin_id, generation=generation)
        record_for_person(session, Action.PASSKEY_REMOVED, author, at=at, subject=name)
    return counted
