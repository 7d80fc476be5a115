"""Routes of sessions: logging in and out, and choosing the shop."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from common.http.problem import Problem
from share_api.auth.credentials import LoginBusyError, WrongCredentialsError
from share_api.console.forms.body import as_model, parse_form
from share_api.console.forms.csrf import csrf_token
from share_api.console.own_paths import HOME, LOGIN, SHOPS, own_path, shops_path
from share_api.console.pages import plain_page, redirect
from share_api.console.visit import CheckedForm
from share_api.container import Container
from share_api.http.json_body import Body, InvalidBodyError
from share_api.rate_limits import TooManyLoginsError
from share_api.routes import session
from share_api.routes.dependencies import CurrentAdmin, Services
from share_api.routes.permissions import of_a_person
from share_api.schemas.requests import LoginBody, TenantBody

router = APIRouter(dependencies=[of_a_person])
DEVICE_PATH = "/admin"


@router.get(LOGIN)
async def show_login(
    request: Request, container: Services, back: Annotated[str, Query(alias="next")] = HOME
) -> Response:
    """The form of the log-in."""
    return login_page(request, container, own_path(back))


@router.post(LOGIN)
async def log_in(request: Request, container: Services, body: Body) -> Response:
    """Begin a session, under a new id, and go to where the admin was."""
    form = parse_form(body)
    back, email = own_path(form.one("next")), form.one("email")
    response = redirect(back)
    try:
        login = as_model(LoginBody, email=email.strip(), password=form.one("password"))
        entered = await session.enter(request, response, container, login, device_path=DEVICE_PATH)
    except InvalidBodyError:
        return login_page(request, container, back, email=email, problem=WrongCredentialsError())
    except (WrongCredentialsError, TooManyLoginsError, LoginBusyError) as problem:
        return login_page(request, container, back, email=email, problem=problem)
    if entered.tenant is None:
        response.headers["Location"] = shops_path(back)
    return response


def login_page(
    request: Request,
    container: Container,
    back: str,
    *,
    email: str = "",
    problem: Problem | None = None,
) -> Response:
    """The form of the log-in, which leads back, with what is wrong."""
    status = 200 if problem is None else int(problem.status)
    wait = None if problem is None else problem.retry_after
    response = plain_page(
        request,
        "login.html",
        status,
        back=back,
        email=email,
        problem=problem,
        wait=wait,
        party=container.passkeys.party,
    )
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


@router.post("/admin/logout")
def log_out(
    request: Request, container: Services, admin: CurrentAdmin, form: CheckedForm
) -> Response:
    """End this session, or every one of the admin's."""
    response = redirect(LOGIN)
    if form.one("everywhere"):
        session.log_out_everywhere(request, response, admin, container)
    else:
        session.log_out(request, response, container)
    return response


@router.get(SHOPS)
def show_shops(
    request: Request, admin: CurrentAdmin, back: Annotated[str, Query(alias="next")] = HOME
) -> Response:
    """The shops of the admin's, to choose one."""
    token, path = csrf_token(admin), own_path(back)
    return plain_page(request, "shops.html", admin=admin, csrf=token, back=path)


@router.post(SHOPS)
def choose_shop(container: Services, admin: CurrentAdmin, form: CheckedForm) -> Response:
    """Act for a shop from now on."""
    session.act_for(admin, container, as_model(TenantBody, tenant=form.one("tenant")))
    return redirect(own_path(form.one("next")))
