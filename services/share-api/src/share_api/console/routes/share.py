"""Routes of a new link."""

import json
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from accounts.permissions import Permission
from common.http.problem import Problem
from common.links.options import LinkKind
from common.reports.model import AnalyticsNotYetImplementedError
from common.reports.redaction import Redaction
from common.reports.registry import UnknownReportError
from share_api.console.forms.body import Form, detail_of
from share_api.console.pages import page, redirect
from share_api.console.views.hiding import redaction_of
from share_api.console.views.links import DATES, password_rule
from share_api.console.views.share_form import share_form
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.routes import issuing
from share_api.routes.permissions import needs
from sharing.issue_errors import OptionsConflictError

router = APIRouter()
NEW: Final = "/admin/links/new"
_FLAGS: Final = (LinkKind.LIVE, LinkKind.FROZEN, "changes")


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


@router.get(NEW, dependencies=[needs(Permission.SHARES_WRITE)])
def show_form(visit: CurrentVisit, choices: Annotated[Choices, Query()]) -> Response:
    """The form, filled in as the address says."""
    fields = choices.model_dump(exclude={"range", "hide"})
    many = (("range", choices.range), ("hide", choices.hide))
    named = ((name, value) for name, values in many for value in values)
    return _form_page(visit, Form((*fields.items(), *named)))


@router.post(NEW, dependencies=[needs(Permission.SHARES_WRITE)])
def share(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Issue the link, and show it."""
    issued = Response()
    try:
        issuing.share(form.one("report"), visit.actor, visit.container, issued, _body(form))
    except (Problem, UnknownReportError, AnalyticsNotYetImplementedError) as error:
        return _form_page(visit, form, error)
    return redirect(f"/admin/links/{issued.headers['Location'].rpartition('/')[2]}")


def _body(form: Form) -> bytes:
    """The body of the API's that the form is."""
    life = form.one("life")
    wanted: dict[str, object] = {"period": form.one("period")}
    if form.one("period") == DATES:
        wanted = {"dates": {"first": form.one("first"), "last": form.one("last")}}
    if form.one("label").strip():
        wanted["label"] = form.one("label").strip()
    flags = (form.one("kind"), "changes" if form.one("changes") else "")
    wanted |= dict.fromkeys((each for each in flags if each in _FLAGS), True)
    if form.all("range"):
        wanted["ranges"] = form.all("range")
    if form.one("compare"):
        wanted["compare"] = form.one("compare")
    hidden = redaction_of(form.one("report"), form.all("hide"))
    if hidden:
        wanted["hide"] = _hidden(hidden)
    if form.one("embed").split():
        wanted["embed"] = form.one("embed").split()
    if form.one("password") or form.one("protected"):  # what is to have one does not lose it
        wanted["password"] = form.one("password")
    if life:
        wanted["expiresInSeconds"] = int(life) if life.isascii() and life.isdigit() else life
    return json.dumps(wanted).encode()


def _hidden(hidden: Redaction) -> dict[str, object]:
    """What is left out, as the body has it."""
    said = {"sections": list(hidden.sections), "csv": hidden.csv, "money": hidden.money}
    shown = {"margin": False} if hidden.margin else {}
    return {name: value for name, value in said.items() if value} | shown


def _conflict(visit: Visit, field: str) -> str:
    """Why the choice of a field does not go with another one."""
    text = visit.words.text
    match field:
        case "ranges":
            return text(
                "A frozen link has the figures of its own days alone: there are no others to"
                " choose."
            )
        case "changes":
            return text(
                "There is something that has changed since of frozen links alone: freeze it, or"
                " leave the choice out."
            )
        case "hide/margin":
            return text("Margins are told in amounts: they are not shown where those are left out.")
        case "embed":
            return text("Pages of others get no password: embed the link, or protect it.")
    return text("Days of the calendar do not move: let them stay, or freeze them.")


def _detail(visit: Visit, problem: Problem) -> str:
    """What is wrong, in the reader's words where it is what the form lets happen."""
    if isinstance(problem, OptionsConflictError):
        return _conflict(visit, problem.field)
    if any(each["pointer"].startswith("/embed") for each in problem.errors):
        return visit.words.text("Write sites as https://www.example.com, without a path.")
    if "/password" in {each["pointer"] for each in problem.errors}:
        return password_rule(visit)
    return detail_of(problem)


def _form_page(visit: Visit, form: Form, error: Exception | None = None) -> Response:
    status = int(error.status) if isinstance(error, Problem) else 400 if error else 200
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
        problem=wrong,
        detail=detail,
    )
