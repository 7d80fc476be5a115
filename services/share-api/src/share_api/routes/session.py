"""Logging in and out, and choosing the tenant to act for."""

from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from common.instants import now
from share_api.access import Admin, ServedBy
from share_api.accounts import Account, TenantFacts, find_account
from share_api.bodies import Body, parse
from share_api.credentials import WrongCredentialsError
from share_api.openapi import problems, takes
from share_api.parts import Parts
from share_api.schemas import LoginBody, TenantBody
from share_api.sessions import COOKIE, NotAMemberError
from share_api.views import SessionView

router = APIRouter(tags=["session"])
_PATH: Final = "/api/admin/session"
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
    responses={**_COOKIE, **problems(400, 403, 429, 503)},
    openapi_extra=takes(LoginBody),
)
async def log_in(request: Request, response: Response, parts: ServedBy, body: Body) -> SessionView:
    """Begin a session: the answer sets the cookie `analytics_session`.

    The only tenant of an admin is chosen at once.
    """
    login = parse(LoginBody, body)
    address = request.client.host if request.client else ""
    admin_id = await parts.credentials.verify(login.email, login.password, address=address)
    before = request.cookies.get(COOKIE)
    account, tenant, session_id = await run_in_threadpool(_begin, parts, admin_id, before)
    _set_cookie(response, parts, session_id, max_age=parts.sessions.life_seconds)
    return SessionView.of(account, tenant)


def _begin(
    parts: Parts, admin_id: int, before: str | None
) -> tuple[Account, TenantFacts | None, str]:
    """A session under a new id; the one the client had ends."""
    account = find_account(parts.engine, admin_id)
    if account is None:
        raise WrongCredentialsError
    tenant = account.tenants[0] if len(account.tenants) == 1 else None
    parts.sessions.delete(before)
    session_id = parts.sessions.create(admin_id, tenant.id if tenant else None, now=now())
    return account, tenant, session_id


@router.get(_PATH, summary="Who is logged in", responses=problems(403, 503))
def who(admin: Admin) -> SessionView:
    """The admin, the tenant they act for, and those they may choose."""
    return SessionView.of(admin.account, admin.tenant)


@router.delete(_PATH, summary="Log out", status_code=204, responses=problems(403, 503))
def log_out(request: Request, response: Response, parts: ServedBy) -> None:
    """End the session, if there is one."""
    parts.sessions.delete(request.cookies.get(COOKIE))
    _set_cookie(response, parts, "", max_age=0)


@router.put(
    f"{_PATH}/tenant",
    summary="Choose the tenant to act for",
    responses=problems(400, 403, 503),
    openapi_extra=takes(TenantBody),
)
def choose_tenant(admin: Admin, parts: ServedBy, body: Body) -> SessionView:
    """Act for another tenant of the admin's from now on."""
    tenant = admin.account.tenant_named(parse(TenantBody, body).tenant)
    if tenant is None:
        raise NotAMemberError
    parts.sessions.choose_tenant(admin.session_id, admin.session, tenant.id)
    chosen = replace(admin, session=replace(admin.session, tenant_id=tenant.id))
    return SessionView.of(chosen.account, chosen.tenant)


def _set_cookie(response: Response, parts: Parts, value: str, *, max_age: int) -> None:
    response.set_cookie(
        COOKIE,
        value,
        max_age=max_age,
        path="/",
        secure=parts.settings.https,
        httponly=True,
        samesite="lax",
    )
