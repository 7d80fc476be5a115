"""Routes of an admin's own passkeys: they are added and removed.

One is added in two steps: the password is shown again, and then the browser makes it. What the
browser makes comes as a field of a form, so that what is wrong is told by a page.
"""

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from accounts.passkeys import (
    PasskeyError,
    PasskeyKnownError,
    PasskeyNotFoundError,
    TooManyPasskeysError,
)
from accounts.passwords import GenerationOverError
from common.http.problem import Problem
from share_api.auth.credentials import LoginBusyError, WrongCredentialsError
from share_api.auth.passkey_answers import WrongPasskeyError
from share_api.console.forms.body import NOTHING_SENT, Form, as_model
from share_api.console.own_paths import LOGIN
from share_api.console.pages import page, redirect
from share_api.console.routes.settings import SETTINGS, settings_page
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.http.json_body import InvalidBodyError
from share_api.rate_limits import TooManyLoginsError
from share_api.routes.permissions import of_a_person
from share_api.routes.session import set_session, show_password
from share_api.routes.session_changes import without_passkey
from share_api.schemas.requests import PasskeyBody, PasskeyNameBody

router = APIRouter(dependencies=[of_a_person])
PASSKEYS: Final = f"{SETTINGS}/passkeys"


@router.post(f"{PASSKEYS}/new")
async def begin(visit: CurrentVisit, form: CheckedForm) -> Response:
    """The page on which the browser makes a passkey, for who shows their password."""
    try:
        wanted = as_model(
            PasskeyBody, name=form.one("name").strip(), currentPassword=form.one("current")
        )
        await show_password(visit.request, visit.admin, visit.container, wanted.current_password)
    except InvalidBodyError as problem:
        return await run_in_threadpool(_refused, visit, problem, form)
    except (WrongCredentialsError, TooManyLoginsError, LoginBusyError) as problem:
        return await run_in_threadpool(settings_page, visit, problem=problem, passkey=form)
    return await run_in_threadpool(_making_page, visit, wanted.name)


@router.post(PASSKEYS)
def add(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Add what the browser made."""
    host, passkeys = visit.request.headers.get("host", ""), visit.container.passkeys
    try:
        named = as_model(PasskeyNameBody, name=form.one("name").strip())
        passkeys.add(visit.admin, form.one("credential"), named.name, visit.author, host=host)
    except GenerationOverError:
        return redirect(LOGIN)
    except (InvalidBodyError, WrongPasskeyError, PasskeyError) as problem:
        return _refused(visit, problem, form)
    return redirect(f"{SETTINGS}?done=passkey")


@router.post(f"{PASSKEYS}/remove")
def remove(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Remove one: every other session ends, this one goes on under a new id."""
    response = redirect(f"{SETTINGS}?done=passkey-removed")
    try:
        chosen = UUID(form.one("passkey"))
        renewed = without_passkey(visit.container, visit.admin, visit.author, chosen)
    except GenerationOverError:
        return redirect(LOGIN)
    except (ValueError, PasskeyNotFoundError):  # it is gone by now
        return redirect(SETTINGS)
    set_session(response, visit.container, renewed)
    return response


def _making_page(visit: Visit, name: str) -> Response:
    passkeys = visit.container.passkeys
    try:
        options = passkeys.ask_to_add(visit.admin)
    except WrongPasskeyError as problem:
        return _refused(visit, problem)
    return page(visit, "passkey.html", "settings", name=name, options=options, party=passkeys.party)


def _refused(visit: Visit, problem: Problem, sent: Form = NOTHING_SENT) -> Response:
    text = visit.words.text
    told = {
        InvalidBodyError: text("Give the passkey a name, and enter your password."),
        TooManyPasskeysError: text("You cannot have more passkeys: remove one first."),
        PasskeyKnownError: text("This passkey has already been added."),
        WrongPasskeyError: text("The passkey was not accepted. Try again."),
    }
    detail, status = told[type(problem)], int(problem.status)
    return settings_page(visit, detail=detail, status=status, passkey=sent)
