"""Routes of one-time links: accepting an invitation, and setting a new password by a link.

Whoever opens them has no session yet: the token in the address is what lets them in, and the check
of the request's origin guards the form, as that of the log-in. A session begins under a new id.
"""

from typing import Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from accounts.invitations import Invited, accept_invitation, find_invitation
from accounts.password_strength import GuessablePasswordError
from accounts.reset_links import Reset, find_reset, use_reset
from common.http.problem import Problem
from common.instants import now
from share_api.auth.credentials import LoginBusyError, Verified, WrongCredentialsError
from share_api.auth.devices import DEVICE_COOKIE, remember_device
from share_api.console.forms.body import as_model, parse_form
from share_api.console.own_paths import HOME
from share_api.console.pages import plain_page, redirect
from share_api.console.routes.session import DEVICE_PATH
from share_api.container import Container
from share_api.http.json_body import Body, InvalidBodyError
from share_api.middleware.cookies import cookie_of
from share_api.rate_limits import TooManyLoginsError
from share_api.routes.dependencies import Services
from share_api.routes.permissions import of_a_person
from share_api.routes.session import let_in
from share_api.schemas.invitations import NewPasswordBody

router = APIRouter(dependencies=[of_a_person])
_INVITATION: Final = "/admin/invitation/{token}"
_RESET: Final = "/admin/reset/{token}"
_REFUSED: Final = (
    InvalidBodyError,
    GuessablePasswordError,
    WrongCredentialsError,
    TooManyLoginsError,
    LoginBusyError,
)


@router.get(_INVITATION)
def show_invitation(token: str, request: Request, container: Services) -> Response:
    """Which shop invites whom, and the form that accepts."""
    return _invitation_page(request, find_invitation(container.engine, token, now=now()))


@router.post(_INVITATION)
async def accept(token: str, request: Request, container: Services, body: Body) -> Response:
    """Make the account, or have it show its password, and begin a session as a member."""
    invited = await run_in_threadpool(find_invitation, container.engine, token, now=now())
    password = parse_form(body).one("password")
    try:
        verified = await _joined(token, invited, password, request, container)
    except _REFUSED as problem:
        return await run_in_threadpool(_invitation_page, request, invited, problem)
    return await _enter(request, container, verified)


async def _joined(
    token: str, invited: Invited, password: str, request: Request, container: Container
) -> Verified:
    """Whoever accepts, once they are a member."""
    address = request.client.host if request.client else ""
    known, password_hash = None, None
    if invited.admin_id is None:
        wanted = as_model(NewPasswordBody, newPassword=password)
        password_hash = await container.credentials.hash(wanted.new_password, email=invited.email)
    else:
        device = cookie_of(request, DEVICE_COOKIE)
        known = await container.credentials.verify(
            invited.email, password, address=address, device=device
        )
    admin_id = await run_in_threadpool(
        accept_invitation,
        container.engine,
        token,
        password_hash=password_hash,
        verified=known.admin_id if known else None,
        address=address or None,
        at=now(),
    )
    if known is not None:
        return known
    device = remember_device(admin_id, password_hash or "", now=now())
    return Verified(admin_id, 0, device)


@router.get(_RESET)
def show_reset(token: str, request: Request, container: Services) -> Response:
    """Whose password it sets, and the form that does."""
    return _reset_page(request, find_reset(container.engine, token, now=now()))


@router.post(_RESET)
async def reset(token: str, request: Request, container: Services, body: Body) -> Response:
    """Set the password: every session of the admin's ends, and one begins."""
    found = await run_in_threadpool(find_reset, container.engine, token, now=now())
    try:
        wanted = as_model(NewPasswordBody, newPassword=parse_form(body).one("password"))
        password_hash = await container.credentials.hash(wanted.new_password, email=found.email)
    except _REFUSED as problem:
        return await run_in_threadpool(_reset_page, request, found, problem)
    address = request.client.host if request.client else None
    generation = await run_in_threadpool(
        use_reset, container.engine, found, password_hash, address=address, at=now()
    )
    device = remember_device(found.admin_id, password_hash, now=now())
    return await _enter(request, container, Verified(found.admin_id, generation, device))


async def _enter(request: Request, container: Container, verified: Verified) -> Response:
    response = redirect(HOME)
    await let_in(request, response, container, verified, device_path=DEVICE_PATH)
    return response


def _invitation_page(
    request: Request, invited: Invited, problem: Problem | None = None
) -> Response:
    return _page(request, "invitation.html", problem, invited=invited)


def _reset_page(request: Request, found: Reset, problem: Problem | None = None) -> Response:
    return _page(request, "reset.html", problem, reset=found)


def _page(request: Request, template: str, problem: Problem | None, **shown: object) -> Response:
    status = 200 if problem is None else int(problem.status)
    guessable = isinstance(problem, GuessablePasswordError)
    response = plain_page(request, template, status, problem=problem, guessable=guessable, **shown)
    if problem is not None and problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
