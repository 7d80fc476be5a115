"""Routes of the settings: the shop's facts, and the admin's own password."""

import json
from typing import Final
from zoneinfo import available_timezones

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from accounts.passkeys import list_passkeys
from accounts.password_strength import GuessablePasswordError
from accounts.passwords import GenerationOverError
from accounts.permissions import Permission
from common.http.problem import Problem
from common.http.wording import Wording
from share_api.auth.credentials import LoginBusyError, WrongCredentialsError
from share_api.console.forms.body import NOTHING_SENT, Form, as_model, detail_of
from share_api.console.pages import page, redirect
from share_api.console.routes.session import DEVICE_PATH
from share_api.console.views.share_form import DAY
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.http.json_body import InvalidBodyError
from share_api.rate_limits import TooManyLoginsError
from share_api.routes import shop as shops
from share_api.routes.permissions import needs, of_a_person
from share_api.routes.session import replace_own_password
from share_api.schemas.requests import PasswordBody
from sharing.issue_errors import LinkLifeError
from sharing.policy import policy_of
from sharing.switch import sharing_of

router = APIRouter()
SETTINGS: Final = "/admin/settings"
_MOST_DIGITS: Final = 6
_FIELDS: Final = {
    "/name": Wording("The shop needs a name of at most 200 characters."),
    "/timezone": Wording("The time zone must be a name such as Europe/Berlin."),
}


@router.get(SETTINGS, dependencies=[of_a_person])
def show_settings(visit: CurrentVisit, done: str = "", cut: int = 0, remove: str = "") -> Response:
    """The settings; with ``remove``, whether that passkey is to go."""
    return settings_page(visit, done=done, cut=cut, remove=remove)


@router.post(f"{SETTINGS}/shop", dependencies=[needs(Permission.SETTINGS_WRITE)])
def change_shop(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Change the shop's name and zone, as far as they are others.

    Another zone counts every day anew: the form says that it is meant, or is asked.
    """
    now_so = {"name": visit.tenant.name, "timezone": visit.tenant.timezone}
    wanted = {each: form.one(each).strip() for each in now_so}
    wanted = {each: value for each, value in wanted.items() if value != now_so[each]}
    if not wanted:
        return redirect(SETTINGS)
    zone = wanted.get("timezone", "")
    if zone in available_timezones() and form.one("sure") != zone:
        return settings_page(visit, zone=zone, shop=form)
    try:
        changed = shops.change_shop(visit.actor, visit.container, json.dumps(wanted).encode())
    except InvalidBodyError as problem:
        detail, status = detail_of(problem, _FIELDS), int(problem.status)
        return settings_page(visit, detail=detail, status=status, shop=form)
    done = "timezone" if "timezone" in wanted else "shop"
    return redirect(f"{SETTINGS}?done={done}&cut={changed.cut_links}")


@router.post(f"{SETTINGS}/sharing", dependencies=[needs(Permission.SETTINGS_WRITE)])
def change_policy(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Set the longest life of links, in days; nothing is the service's own bound."""
    days = form.one("days").strip()
    if days and not (days.isascii() and days.isdigit() and len(days) <= _MOST_DIGITS):
        detail = visit.words.text("Enter a number of days, or leave it empty.")
        return settings_page(visit, detail=detail, status=400, policy=form)
    wanted = {"maxLinkSeconds": int(days) * DAY if days else None}
    try:
        shops.change_shop(visit.actor, visit.container, json.dumps(wanted).encode())
    except LinkLifeError:
        most = visit.container.issuing.max_ttl_seconds // DAY
        detail = visit.words.counted(
            "Choose from 1 to %(count)s day.", "Choose from 1 to %(count)s days.", most
        )
        return settings_page(visit, detail=detail, status=400, policy=form)
    return redirect(f"{SETTINGS}?done=policy")


@router.post(f"{SETTINGS}/password", dependencies=[of_a_person])
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
        return await run_in_threadpool(settings_page, visit, problem=problem)
    return response


def settings_page(
    visit: Visit,
    *,
    done: str = "",
    cut: int = 0,
    zone: str = "",
    shop: Form = NOTHING_SENT,
    policy: Form = NOTHING_SENT,
    passkey: Form = NOTHING_SENT,
    remove: str = "",
    problem: Problem | None = None,
    detail: str = "",
    status: int = 200,
) -> Response:
    """The settings, with what was done or what is wrong.

    It asks whether the shop's ``zone`` is to be that one, or a passkey to go. A form that was sent
    and not done comes back as it was: that of the ``shop``, the ``policy`` or a new ``passkey``.
    """
    container = visit.container
    passkeys = list_passkeys(container.engine, visit.admin.account.admin_id)
    response = page(
        visit,
        "settings.html",
        "settings",
        status if problem is None else int(problem.status),
        done=done,
        cut=max(0, cut),
        problem=problem,
        detail=detail,
        guessable=isinstance(problem, GuessablePasswordError),
        off=sharing_of(visit.db).off_since,
        days=lambda seconds: seconds // DAY,
        policy=policy_of(visit.db, container.issuing),
        zones=sorted(available_timezones() - {"localtime"}),
        using=container.issuing,
        party=container.passkeys.party,
        zone=zone,
        sent={"shop": shop, "policy": policy, "passkey": passkey},
        passkeys=passkeys,
        leaving=next((each for each in passkeys if str(each.id) == remove), None),
    )
    if problem is not None and problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
