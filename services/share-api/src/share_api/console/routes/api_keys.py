"""Routes of API keys: making one, whose text is shown this once, and revoking one."""

import json
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from accounts.api_keys import DEFAULT_DAYS, TooManyKeysError
from accounts.permissions import REGISTRY, SCOPES, Permission
from common.http.problem import Problem
from common.http.wording import Wording
from share_api.console.forms.body import NOTHING_SENT, Form, detail_of
from share_api.console.pages import page, redirect
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.http.json_body import InvalidBodyError
from share_api.routes import api_keys
from share_api.routes.permissions import needs
from share_api.schemas.api_keys import CreatedApiKeyView
from share_api.schemas.requests import PageQuery

router = APIRouter()
KEYS: Final = "/admin/keys"
_DAYS: Final = (30, DEFAULT_DAYS, 365)
_PAGE: Final = 50
_FIELDS: Final = {
    "/name": Wording("Say what the key is for, in a few words."),
    "/scopes": Wording("Choose what the key may do."),
}


@router.get(KEYS, dependencies=[needs(Permission.KEYS_READ)])
def show_keys(
    visit: CurrentVisit,
    revoke: str = "",
    done: str = "",
    cursor: Annotated[str | None, Query()] = None,
) -> Response:
    """The shop's keys; with ``revoke``, what revoking that one ends."""
    return _keys_page(visit, revoke=revoke, done=done, cursor=cursor)


@router.post(KEYS, dependencies=[needs(Permission.KEYS_WRITE)])
def make_key(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Make a key, and show its text on this page alone."""
    try:
        made = api_keys.make_key(visit.actor, visit.db, Response(), _body(form))
    except (InvalidBodyError, TooManyKeysError) as problem:
        return _keys_page(visit, form=form, problem=problem)
    return _keys_page(visit, made=made)


@router.post(f"{KEYS}/{{key_id}}/revoke", dependencies=[needs(Permission.KEYS_WRITE)])
def revoke_key(key_id: str, visit: CurrentVisit, _: CheckedForm) -> Response:
    """End a key at once."""
    api_keys.revoke_api_key(key_id, visit.actor, visit.db)
    return redirect(f"{KEYS}?done=revoked")


def _body(form: Form) -> bytes:
    days = form.one("days")
    wanted = {
        "name": form.one("name").strip(),
        "scopes": list(dict.fromkeys(form.all("scope"))),
        "expiresInDays": int(days) if days.isascii() and days.isdigit() else days,
    }
    return json.dumps(wanted).encode()


def _keys_page(
    visit: Visit,
    *,
    revoke: str = "",
    done: str = "",
    cursor: str | None = None,
    form: Form = NOTHING_SENT,
    made: CreatedApiKeyView | None = None,
    problem: Problem | None = None,
) -> Response:
    keys = api_keys.list_api_keys(visit.db, PageQuery(limit=_PAGE, cursor=cursor or None))
    active = [each for each in keys.items if each.state == "active"]
    return page(
        visit,
        "api_keys.html",
        "keys",
        200 if problem is None else int(problem.status),
        keys=keys,
        leaving=next((each for each in active if str(each.id) == revoke), None),
        scopes=[(each.value, REGISTRY[each].allows) for each in SCOPES],
        periods=_DAYS,
        chosen=form,
        made=made,
        done=done,
        detail="" if problem is None else detail_of(problem, _FIELDS),
    )
