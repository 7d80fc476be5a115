"""Routes of logging in by a passkey: the browser is given a challenge, and a form shows its answer.

Whoever asks has no session yet. The challenge is bound to a cookie and the check of the request's
origin guards the form, as that of the log-in.
"""

import secrets
from typing import Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from share_api.auth.credentials import WrongCredentialsError
from share_api.auth.passkey_answers import WrongPasskeyError
from share_api.auth.passkey_challenges import CHALLENGE_COOKIE, CHALLENGE_SECONDS
from share_api.console.forms.body import parse_form
from share_api.console.own_paths import LOGIN, own_path, shops_path
from share_api.console.pages import redirect
from share_api.console.routes.session import DEVICE_PATH, login_page
from share_api.http.cookies import set_cookie
from share_api.http.json_body import Body
from share_api.middleware.cookies import cookie_of
from share_api.routes.dependencies import Services
from share_api.routes.permissions import of_a_person
from share_api.routes.session import let_in

router = APIRouter(dependencies=[of_a_person])
_PATH: Final = f"{LOGIN}/passkey"


@router.post(f"{_PATH}/options")
def ask(request: Request, container: Services) -> Response:
    """What the browser needs to show a passkey, once and within five minutes, as JSON."""
    holder = secrets.token_urlsafe(32)
    options = container.passkeys.ask_to_log_in(holder, address=_address(request))
    response = Response(options, media_type="application/json")
    set_cookie(
        response,
        CHALLENGE_COOKIE,
        holder,
        max_age=CHALLENGE_SECONDS,
        path=LOGIN,
        secure=container.settings.https,
    )
    return response


@router.post(_PATH)
async def enter(request: Request, container: Services, body: Body) -> Response:
    """Begin a session, under a new id, and go to where the admin was."""
    form = parse_form(body)
    back = own_path(form.one("next"))
    response = redirect(back)
    try:
        verified = await run_in_threadpool(
            container.passkeys.log_in,
            cookie_of(request, CHALLENGE_COOKIE),
            form.one("credential"),
            host=request.headers.get("host", ""),
            address=_address(request),
        )
        entered = await let_in(request, response, container, verified, device_path=DEVICE_PATH)
    except (WrongPasskeyError, WrongCredentialsError):
        return login_page(request, container, back, problem=WrongPasskeyError())
    if entered.tenant is None:
        response.headers["Location"] = shops_path(back)
    return response


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
