"""What routes of sessions change: a session begins, begins anew, or has ended."""

import logging

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from accounts.audit_log import record_for_person
from accounts.memberships import Account, TenantFacts, find_account
from accounts.passwords import SESSION_KEY, change_password, derived_key
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
    tenant = account.tenants[0] if len(account.tenants) == 1 else None
    container.sessions.delete(cookie_of(request, COOKIE))
    author, at = author_of(account, request), now()
    with transaction(container.engine, Access(admin_id=account.admin_id)) as written:
        record_for_person(written, Action.LOGIN_SUCCEEDED, author, at=at)
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
    at = now()
    changed = change_password(container.engine, generation, password_hash, author, at=at)
    container.sessions.delete(admin.session_id)
    tenant_id = admin.session.tenant_id
    return container.sessions.create(
        admin.account.admin_id,
        tenant_id,
        generation=changed,
        key=derived_key(password_hash, SESSION_KEY),
        now=at,
    )
