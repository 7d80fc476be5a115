"""Routes of a new link."""

import json
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from accounts.permissions import Permission
from common.http.problem import Problem
from common.reports.model import AnalyticsNotYetImplementedError
from common.reports.registry import UnknownReportError
from common.reports.window import MOST_DAYS
from share_api.console.forms.body import Form, detail_of
from share_api.console.pages import page, redirect
from share_api.console.views.link_body import link_body
from share_api.console.views.links import password_rule
from share_api.console.views.share_form import share_form
from share_api.console.views.templates import templates_of
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.routes import issuing
from share_api.routes.permissions import needs
from sharing.issue_errors import OptionsConflictError

router = APIRouter()
NEW: Final = "/admin/links/new"


class Choices(BaseModel):
    """What an address fills the form in with."""

    report: str = ""
    period: str = ""
    life: str = ""
    first: str = ""
    last: str = ""
    label: str = ""
    kind: str = ""
    protected: str = ""
    embed: str = ""
    compare: str = ""
    changes: str = ""
    range: list[str] = []
    hide: list[str] = []
    also: list[str] = []


@router.get(NEW, dependencies=[needs(Permission.SHARES_WRITE)])
def show_form(visit: CurrentVisit, choices: Annotated[Choices, Query()]) -> Response:
    """The form, filled in as the address says."""
    fields = choices.model_dump(exclude={"range", "hide", "also"})
    many = (("range", choices.range), ("hide", choices.hide), ("also", choices.also))
    named = ((name, value) for name, values in many for value in values)
    return form_page(visit, Form((*fields.items(), *named)))


@router.post(NEW, dependencies=[needs(Permission.SHARES_WRITE)])
def share(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Issue the link, and show it."""
    issued = Response()
    try:
        issuing.share(
            form.one("report"),
            visit.actor,
            visit.container,
            issued,
            json.dumps(link_body(form)).encode(),
        )
    except (Problem, UnknownReportError, AnalyticsNotYetImplementedError) as error:
        return form_page(visit, form, error)
    return redirect(f"/admin/links/{issued.headers['Location'].rpartition('/')[2]}")


def _conflict(visit: Visit, field: str) -> str:
    """Why the choice of a field does not go with another one."""
    text = visit.words.text
    match field:
        case "ranges":
            return text(
                "A frozen link has only the figures of its own days: there are no others to choose."
            )
        case "changes":
            return text(
                "Only frozen links can show what has changed since: freeze it, or leave this"
                " option out."
            )
        case "hide/margin":
            return text("Margins are amounts: they are not shown where amounts are left out.")
        case "embed":
            return text("A link with a password cannot be embedded: choose one or the other.")
    return text("Chosen dates do not move: keep them fixed, or freeze them.")


def _detail(visit: Visit, problem: Problem) -> str:
    """What is wrong, in the reader's words where it is what the form lets happen."""
    if isinstance(problem, OptionsConflictError):
        return _conflict(visit, problem.field)
    pointers = {each["pointer"].removeprefix("/share") for each in problem.errors}
    if any(each.startswith("/embed") for each in pointers):
        return visit.words.text("Write sites as https://www.example.com, without a path.")
    if any(each.startswith("/dates") for each in pointers):
        return visit.words.text(
            "Choose days that are over, the first not after the last, and not more than %(most)s.",
            most=visit.words.numerals.number(MOST_DAYS, 0),
        )
    if "/password" in pointers:
        return password_rule(visit)
    return detail_of(problem)


_FIELDS: Final = {"/embed": "embed", "/password": "password", "/dates": "dates"}
"""Fields of the form by where the body has what they say."""


def _wrong_fields(problem: Exception | None) -> frozenset[str]:
    """The fields that a problem names."""
    errors = problem.errors if isinstance(problem, Problem) else ()
    pointers = [each.get("pointer", "").removeprefix("/share") for each in errors]
    return frozenset(
        field for at, field in _FIELDS.items() if any(each.startswith(at) for each in pointers)
    )


def form_page(
    visit: Visit,
    form: Form,
    error: Exception | None = None,
    *,
    detail: str = "",
    replaces: str = "",
) -> Response:
    """The form, filled in as ``form`` is, with what is wrong with it, by ``detail`` if any.

    It asks whether the template ``replaces`` is to be another from now on.
    """
    status = int(error.status) if isinstance(error, Problem) else 400 if error else 200
    if not detail:
        detail = _detail(visit, error) if isinstance(error, Problem) else str(error or "")
    shown = share_form(visit, form)
    wrong = error is not None
    return page(
        visit,
        "share.html",
        "links",
        status,
        framing=True,
        form=shown,
        templates=templates_of(visit),
        replaces=replaces,
        problem=wrong,
        wrong=_wrong_fields(error),
        detail=detail,
    )
