"""Routes of the settings: the shop's facts, and the admin's own password."""

from typing import Final

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from accounts.password_strength import GuessablePasswordError
from accounts.passwords import GenerationOverError
from common.http.problem import Problem
from share_api.auth.credentials import LoginBusyError, WrongCredentialsError
from share_api.console.forms.body import as_model
from share_api.console.pages import page, redirect
from share_api.console.routes.session import DEVICE_PATH
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.http.json_body import InvalidBodyError
from share_api.rate_limits import TooManyLoginsError
from share_api.routes.permissions import of_a_person
from share_api.routes.session import replace_own_password
from share_api.schemas.requests import PasswordBody
from sharing.switch import sharing_of

router = APIRouter(dependencies=[of_a_person])
SETTINGS: Final = "/admin/settings"


@router.get(SETTINGS)
def show_settings(visit: CurrentVisit, done: str = "") -> Response:
    """The settings."""
    return _settings_page(visit, done=done == "password")


@router.post(f"{SETTINGS}/password")
async def change_password(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Change the admin's own password: every other session ends."""
    response = redirect(f"{SETTINGS}?done=password")
    try:
        wanted = as_model(
            PasswordBody, currentPassword=form.one("current"), newPassword=form.one("new")
        )
        await replace_own_password(
            visit.request,
            response,
            visit.admin,
            visit.container,
            wanted,
            device_path=DEVICE_PATH,
        )
    except GenerationOverError:
        return redirect("/admin/login")
    except (
        InvalidBodyError,
        GuessablePasswordError,
        WrongCredentialsError,
        TooManyLoginsError,
        LoginBusyError,
    ) as problem:
        return await run_in_threadpool(_settings_page, visit, problem=problem)
    return response


def _settings_page(visit: Visit, *, done: bool = False, problem: Problem | None = None) -> Response:
    status = 200 if problem is None else int(problem.status)
    response = page(
        visit,
        "settings.html",
        "settings",
        status,
        done=done,
        problem=problem,
        guessable=isinstance(problem, GuessablePasswordError),
        off=sharing_of(visit.db).off_since,
        days=lambda seconds: seconds // 86_400,
        using=visit.container.issuing,
    )
    if problem is not None and problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
