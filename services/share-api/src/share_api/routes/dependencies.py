"""Route dependencies: session, admin and tenant of a request, checked before anything else.

The account and its memberships are read for every request, so that a membership taken away ends
access with the next one, and so does a log-out everywhere: it is in the database, where no loss of
Redis undoes it.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie
from starlette.requests import HTTPConnection

from accounts.memberships import Account, TenantFacts, find_account
from common.db.audit import Author
from common.db.tenancy import TenantDb
from common.instants import now
from share_api.auth.sessions import COOKIE, NoSessionError, NoTenantError, Session
from share_api.container import Container
from share_api.middleware.cookies import cookie_of


class _SessionCookie(APIKeyCookie):
    """The session's cookie, which the middleware has read; the framework sees no ``Cookie``."""

    async def __call__(self, request: HTTPConnection) -> str | None:
        return cookie_of(request, COOKIE)


_cookie = _SessionCookie(
    name=COOKIE,
    scheme_name="session",
    description="An admin session, from `POST /api/admin/session`.",
    auto_error=False,
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An admin with a session, and the tenant they act for, if one is chosen."""

    session_id: str
    session: Session
    account: Account

    @property
    def tenant(self) -> TenantFacts | None:
        """The tenant chosen, as long as the membership lasts."""
        return self.account.tenant(self.session.tenant_id)


@dataclass(frozen=True, slots=True)
class Actor:
    """An admin who acts for a tenant, and what the audit log calls them."""

    author: Author
    tenant: TenantFacts


def _container(request: Request) -> Container:
    container: Container = request.app.state.container
    return container


Services = Annotated[Container, Depends(_container)]
"""The service's collaborators, as a parameter of a route."""


def _signed_in(
    container: Services, session_id: Annotated[str | None, Security(_cookie)]
) -> SignedIn:
    session = container.sessions.read(session_id, now=now())
    account = find_account(container.engine, session.admin_id)
    if account is None or session_id is None or session.generation != account.generation:
        container.sessions.delete(session_id)
        raise NoSessionError
    container.sessions.check(session_id, session, account.session_key)
    return SignedIn(session_id, session, account)


CurrentAdmin = Annotated[SignedIn, Depends(_signed_in)]
"""The admin who makes the request.

Raises NoSessionError when there is no session."""


def author_of(account: Account, request: Request) -> Author:
    """The admin as the author of what the request does."""
    address = request.client.host if request.client else None
    return Author(account.email, account.admin_id, address)


def _acting(admin: CurrentAdmin, request: Request) -> Actor:
    if admin.tenant is None:
        raise NoTenantError
    return Actor(author_of(admin.account, request), admin.tenant)


CurrentActor = Annotated[Actor, Depends(_acting)]
"""The admin who makes the request, and the tenant they act for.

Raises NoSessionError and NoTenantError."""


def _db(actor: CurrentActor, container: Services) -> TenantDb:
    return TenantDb(container.engine, actor.tenant.id)


CurrentDb = Annotated[TenantDb, Depends(_db)]
"""The rows of the tenant that the admin acts for.

Raises NoSessionError and NoTenantError."""
