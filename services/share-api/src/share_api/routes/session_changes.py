"""What routes of sessions change: a session begins, begins anew, or has ended."""

import logging
from uuid import UUID

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from accounts.audit_log import record_for_person
from accounts.memberships import Account, TenantFacts, find_account
from accounts.passkeys import remove_passkey
from accounts.passwords import SESSION_KEY, account_key, change_password
from common.db.audit import Action, Author
from common.db.tenancy import Access, transaction
from common.instants import now
from share_api.auth.credentials import Verified, WrongCredentialsError
from share_api.auth.sessions import COOKIE, NoSessionError, Session
from share_api.container import Container
from share_api.middleware.cookies import cookie_of
from share_api.routes.dependencies import SignedIn, author_of

_log = logging.getLogger(__name__)


def begin(
    container: Container, verified: Verified, request: Request
) -> tuple[Account, TenantFacts | None, str]:
    """A session under a new id; the one the client had ends."""
    account = find_account(container.engine, verified.admin_id)
    if account is None or account.generation != verified.generation:
        raise WrongCredentialsError
    alone = len(account.tenants) == 1 and not account.away
    tenant = account.tenants[0] if alone else None
    container.sessions.delete(cookie_of(request, COOKIE))
    author, at = author_of(account, request), now()
    with transaction(container.engine, Access(admin_id=account.admin_id)) as written:
        record_for_person(written, verified.by, author, at=at)
        session_id = container.sessions.create(
            account.admin_id,
            tenant.id if tenant else None,
            generation=account.generation,
            key=account.session_key,
            now=at,
        )
    return account, tenant, session_id


def record_log_out(container: Container, session_id: str, ended: Session, request: Request) -> None:
    """Write that a session has ended; that it has ended does not depend on it."""
    try:
        account = find_account(container.engine, ended.admin_id)
        if account is None:
            return
        container.sessions.check(session_id, ended, account.session_key)
        with transaction(container.engine, Access(admin_id=account.admin_id)) as written:
            record_for_person(written, Action.LOGOUT, author_of(account, request), at=now())
    except NoSessionError:
        return  # nobody's: it was not signed
    except SQLAlchemyError as error:
        _log.warning("log-out not in the audit log", extra={"error": type(error).__name__})


def begin_anew(
    container: Container, admin: SignedIn, author: Author, generation: int, password_hash: str
) -> str:
    """A session under a new id, after another password; every other session ends."""
    changed = change_password(container.engine, generation, password_hash, author, at=now())
    return _renew(container, admin, changed, account_key(password_hash, SESSION_KEY))


def without_passkey(container: Container, admin: SignedIn, author: Author, passkey_id: UUID) -> str:
    """A session under a new id, after a passkey is removed; every other session ends.

    Raises:
        PasskeyNotFoundError: the admin has none of that id.
        GenerationOverError: the sessions were ended meanwhile.
    """
    generation = admin.account.generation
    changed = remove_passkey(container.engine, generation, passkey_id, author, at=now())
    return _renew(container, admin, changed, admin.account.session_key)


def _renew(container: Container, admin: SignedIn, generation: int, key: bytes) -> str:
    """A session of a new generation, under a new id, for the same tenant."""
    container.sessions.delete(admin.session_id)
    return container.sessions.create(
        admin.account.admin_id,
        admin.session.tenant_id,
        generation=generation,
        key=key,
        now=now(),
    )
