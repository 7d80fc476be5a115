"""Routes of sessions: logging in and out, changing the password, choosing the tenant."""

import logging
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from accounts.memberships import with_tenant_named
from accounts.passwords import end_sessions
from common.instants import now
from share_api.auth.credentials import Verified, WrongCredentialsError
from share_api.auth.devices import DEVICE_COOKIE, DEVICE_SECONDS, remember_device
from share_api.auth.sessions import COOKIE, NotAMemberError
from share_api.container import Container
from share_api.http.cookies import set_cookie
from share_api.http.json_body import Body, parse_body
from share_api.http.openapi import problem_responses, request_body
from share_api.middleware.cookies import cookie_of
from share_api.routes.dependencies import CurrentAdmin, Services, SignedIn, author_of
from share_api.routes.permissions import of_a_person
from share_api.routes.session_changes import begin, begin_anew, record_log_out
from share_api.schemas.requests import LoginBody, PasswordBody, TenantBody
from share_api.schemas.responses import SessionView

router = APIRouter(tags=["session"], dependencies=[of_a_person])
_PATH: Final = "/api/admin/session"
_log = logging.getLogger(__name__)
_COOKIE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Logged in.",
        "headers": {
            "Set-Cookie": {"description": f"`{COOKIE}`, HttpOnly.", "schema": {"type": "string"}}
        },
    }
}


@router.post(
    _PATH,
    summary="Log in",
    responses={**_COOKIE, **problem_responses(400, 403, 429, 503)},
    openapi_extra=request_body(LoginBody),
)
async def log_in(
    request: Request, response: Response, container: Services, body: Body
) -> SessionView:
    """Begin a session: the answer sets the cookie `analytics_session`.

    It also sets `analytics_device`, by which the device is known at the next log-in: wrong
    passwords from elsewhere do not keep it waiting.

    The only tenant of an admin is chosen at once.
    """
    return await enter(request, response, container, parse_body(LoginBody, body))


async def enter(
    request: Request,
    response: Response,
    container: Container,
    login: LoginBody,
    *,
    device_path: str = _PATH,
) -> SessionView:
    """Begin a session for who shows these credentials; ``response`` gets the cookies.

    ``device_path`` is where the browser shows that it is known: where it logs in.

    Raises:
        CredentialsError, TooManyLoginsError: the log-in is refused.
    """
    address = request.client.host if request.client else ""
    verified = await container.credentials.verify(
        login.email,
        login.password,
        address=address,
        device=cookie_of(request, DEVICE_COOKIE),
    )
    return await let_in(request, response, container, verified, device_path=device_path)


async def let_in(
    request: Request,
    response: Response,
    container: Container,
    verified: Verified,
    *,
    device_path: str,
) -> SessionView:
    """Begin a session, under a new id, for who has shown who they are.

    Raises:
        CredentialsError: their sessions were ended meanwhile.
    """
    account, tenant, session_id = await run_in_threadpool(begin, container, verified, request)
    _set_device(response, container, verified.device, device_path)
    set_session(response, container, session_id)
    return SessionView.of(account, tenant)


@router.get(_PATH, summary="Who is logged in", responses=problem_responses(403, 503))
def who(admin: CurrentAdmin) -> SessionView:
    """The admin, the tenant they act for, and those they may choose."""
    return SessionView.of(admin.account, admin.tenant)


@router.delete(_PATH, summary="Log out", status_code=204, responses=problem_responses(403, 503))
def log_out(request: Request, response: Response, container: Services) -> None:
    """End the session, if there is one."""
    session_id = cookie_of(request, COOKIE)
    ended = container.sessions.end(session_id, now=now())
    set_session(response, container, "")
    if ended is not None and session_id is not None:
        record_log_out(container, session_id, ended, request)


@router.delete(
    f"{_PATH}s",
    summary="Log out everywhere",
    status_code=204,
    responses=problem_responses(403, 503),
)
def log_out_everywhere(
    request: Request, response: Response, admin: CurrentAdmin, container: Services
) -> None:
    """End every session of the admin, this one included."""
    end_sessions(container.engine, author_of(admin.account, request), at=now())
    set_session(response, container, "")


@router.put(
    f"{_PATH}/password",
    summary="Change the password",
    responses={**_COOKIE, **problem_responses(400, 403, 429, 503)},
    openapi_extra=request_body(PasswordBody),
)
async def change(
    request: Request, response: Response, admin: CurrentAdmin, container: Services, body: Body
) -> SessionView:
    """Change one's own password: every other session ends, this one goes on under a new id."""
    return await replace_own_password(
        request, response, admin, container, parse_body(PasswordBody, body)
    )


async def replace_own_password(
    request: Request,
    response: Response,
    admin: SignedIn,
    container: Container,
    wanted: PasswordBody,
    *,
    device_path: str = _PATH,
) -> SessionView:
    """Change the admin's password; ``response`` gets the cookies of the new session.

    Raises:
        CredentialsError, TooManyLoginsError: the current password is not shown.
        GenerationOverError: the sessions were ended meanwhile.
    """
    author = author_of(admin.account, request)
    verified = await show_password(request, admin, container, wanted.current_password)
    password_hash = await container.credentials.hash(wanted.new_password, email=admin.account.email)
    session_id = await run_in_threadpool(
        begin_anew, container, admin, author, verified.generation, password_hash
    )
    device = remember_device(admin.account.admin_id, password_hash, now=now())
    _set_device(response, container, device, device_path)
    set_session(response, container, session_id)
    return SessionView.of(admin.account, admin.tenant)


async def show_password(
    request: Request, admin: SignedIn, container: Container, password: str
) -> Verified:
    """Have the admin show their password again, as at a log-in.

    Raises:
        CredentialsError, TooManyLoginsError: it is another, or not looked at now.
    """
    author = author_of(admin.account, request)
    try:
        return await container.credentials.verify(
            admin.account.email,
            password,
            address=author.address or "",
            device=cookie_of(request, DEVICE_COOKIE),
        )
    except WrongCredentialsError:
        raise WrongCredentialsError("The current password is wrong.") from None


@router.put(
    f"{_PATH}/tenant",
    summary="Choose the tenant to act for",
    responses=problem_responses(400, 403, 503),
    openapi_extra=request_body(TenantBody),
)
def choose_tenant(admin: CurrentAdmin, container: Services, body: Body) -> SessionView:
    """Act for another tenant of the admin's from now on."""
    return act_for(admin, container, parse_body(TenantBody, body))


def act_for(admin: SignedIn, container: Container, wanted: TenantBody) -> SessionView:
    """Let the session act for another tenant of the admin's.

    Raises:
        NotAMemberError: it is none of theirs.
        NoSessionError: the session has ended meanwhile.
    """
    account = with_tenant_named(container.engine, admin.account, wanted.tenant)
    tenant = None if account is None else account.tenant_named(wanted.tenant)
    if account is None or tenant is None:
        raise NotAMemberError
    container.sessions.choose_tenant(
        admin.session_id, admin.session, tenant.id, key=admin.account.session_key
    )
    session = replace(admin.session, tenant_id=tenant.id)
    chosen = replace(admin, account=account, session=session)
    return SessionView.of(chosen.account, chosen.tenant)


def set_session(response: Response, container: Container, session_id: str) -> None:
    """Set the cookie of a session; without an id, remove it."""
    max_age = container.sessions.life_seconds if session_id else 0
    set_cookie(response, COOKIE, session_id, max_age=max_age, secure=container.settings.https)


def _set_device(response: Response, container: Container, device: str, path: str) -> None:
    set_cookie(
        response,
        DEVICE_COOKIE,
        device,
        max_age=DEVICE_SECONDS,
        path=path,
        secure=container.settings.https,
    )
