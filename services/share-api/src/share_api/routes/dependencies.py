"""Route dependencies: who makes a request, for which tenant, checked before anything else.

The account and its memberships are read for every request, so that a membership taken away ends
access with the next one, and so does a log-out everywhere: it is in the database, where no loss of
Redis undoes it. A key is read for every request too, and sets no cookie.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.requests import HTTPConnection

from accounts.key_holders import KeyHolder, find_holder
from accounts.memberships import Account, TenantFacts, find_account
from accounts.permissions import of_role
from common.db.audit import Author
from common.db.tenancy import TenantDb
from common.instants import now
from share_api.auth.actors import Actor
from share_api.auth.bearer import (
    InvalidKeyError,
    PersonOnlyError,
    TwoCredentialsError,
    presented_key,
)
from share_api.auth.sessions import COOKIE, UNATTENDED, NoSessionError, NoTenantError, Session
from share_api.container import Container
from share_api.http.openapi import KEY_SCHEME, SESSION_SCHEME
from share_api.middleware.cookies import cookie_of

__all__ = [
    "Actor",
    "CurrentActor",
    "CurrentAdmin",
    "CurrentCaller",
    "CurrentDb",
    "Services",
    "SignedIn",
    "author_of",
]


class _SessionCookie(APIKeyCookie):
    """The session's cookie, which the middleware has read; the framework sees no ``Cookie``."""

    async def __call__(self, request: HTTPConnection) -> str | None:
        return cookie_of(request, COOKIE)


class _Bearer(HTTPBearer):
    """The header ``Authorization``, which ``presented_key`` reads."""

    async def __call__(self, request: HTTPConnection) -> HTTPAuthorizationCredentials | None:
        key = presented_key(request.headers)
        return (
            None if key is None else HTTPAuthorizationCredentials(scheme="bearer", credentials=key)
        )


_cookie = _SessionCookie(
    name=COOKIE,
    scheme_name=SESSION_SCHEME,
    description="An admin session, from `POST /api/admin/session`.",
    auto_error=False,
)
_bearer = _Bearer(
    scheme_name=KEY_SCHEME,
    bearerFormat="ask_…",
    description="An API key, from `POST /api/admin/keys`; the scopes are those it was made for.",
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


def _container(request: Request) -> Container:
    container: Container = request.app.state.container
    return container


Services = Annotated[Container, Depends(_container)]
"""The service's collaborators, as a parameter of a route."""


def _known(
    request: Request,
    container: Services,
    session_id: Annotated[str | None, Security(_cookie)],
    shown: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> SignedIn | KeyHolder:
    if shown is None:
        used = UNATTENDED not in request.headers
        return _signed_in(container, session_id, used=used)
    if session_id is not None:
        raise TwoCredentialsError
    holder = find_holder(container.engine, shown.credentials, at=now())
    if holder is None:
        raise InvalidKeyError
    return holder


CurrentCaller = Annotated[SignedIn | KeyHolder, Depends(_known)]
"""Who makes the request: an admin with a session, or a program with a key.

Raises NoSessionError when there is neither, InvalidKeyError for a key that is none, and
TwoCredentialsError for both."""


def _signed_in(container: Container, session_id: str | None, *, used: bool) -> SignedIn:
    session = container.sessions.read(session_id, now=now(), used=used)
    account = find_account(container.engine, session.admin_id, acting_for=session.tenant_id)
    if account is None or session_id is None or session.generation != account.generation:
        container.sessions.delete(session_id)
        raise NoSessionError
    container.sessions.check(session_id, session, account.session_key)
    return SignedIn(session_id, session, account)


async def _admin(caller: CurrentCaller) -> SignedIn:
    if isinstance(caller, KeyHolder):
        raise PersonOnlyError
    return caller


CurrentAdmin = Annotated[SignedIn, Depends(_admin)]
"""The admin who makes the request.

Raises NoSessionError when there is no session, PersonOnlyError for a key."""


def author_of(account: Account, request: Request) -> Author:
    """The admin as the author of what the request does."""
    return Author(account.email, account.admin_id, _address(request))


def _address(request: Request) -> str | None:
    return request.client.host if request.client else None


async def _acting(caller: CurrentCaller, request: Request) -> Actor:
    if isinstance(caller, KeyHolder):
        if not _is_declared(request):
            raise PersonOnlyError
        author = Author(caller.author_name, None, _address(request))
        return Actor(author, caller.tenant, caller.permissions, by_key=True)
    if caller.tenant is None:
        raise NoTenantError
    role = caller.account.roles[caller.tenant.id]
    return Actor(author_of(caller.account, request), caller.tenant, of_role(role))


def _is_declared(request: Request) -> bool:
    """Whether the route says which permission it needs; else no key gets through."""
    declared = getattr(request.scope.get("route"), "dependencies", ())
    return any(hasattr(each.dependency, "permission") for each in declared)


CurrentActor = Annotated[Actor, Depends(_acting)]
"""Who makes the request for which tenant; what they may do is for ``permissions.needs`` to hold.

Raises NoSessionError, NoTenantError, InvalidKeyError and TwoCredentialsError."""


def _db(actor: CurrentActor, container: Services) -> TenantDb:
    return TenantDb(container.engine, actor.tenant.id)


CurrentDb = Annotated[TenantDb, Depends(_db)]
"""The rows of the tenant that is acted for.

Raises what CurrentActor does."""
