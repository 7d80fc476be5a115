"""Routes of a new link."""

import json
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from accounts.permissions import Permission
from common.http.problem import Problem
from common.reports.model import AnalyticsNotYetImplementedError
from common.reports.registry import UnknownReportError
from share_api.console.forms.body import Form, detail_of
from share_api.console.pages import page, redirect
from share_api.console.views.links import DATES
from share_api.console.views.share_form import share_form
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.routes import issuing
from share_api.routes.permissions import needs

router = APIRouter()
NEW: Final = "/admin/links/new"
_FIELDS: Final = ("report", "period", "life", "first", "last", "label")


@router.get(NEW, dependencies=[needs(Permission.SHARES_WRITE)])
def show_form(
    visit: CurrentVisit,
    report: Annotated[str, Query()] = "",
    period: Annotated[str, Query()] = "",
    life: Annotated[str, Query()] = "",
    first: Annotated[str, Query()] = "",
    last: Annotated[str, Query()] = "",
    label: Annotated[str, Query()] = "",
) -> Response:
    """The form, filled in as the address says."""
    values = (report, period, life, first, last, label)
    return _form_page(visit, Form(tuple(zip(_FIELDS, values, strict=True))))


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
    if life:
        wanted["expiresInSeconds"] = int(life) if life.isascii() and life.isdigit() else life
    return json.dumps(wanted).encode()


def _form_page(visit: Visit, form: Form, error: Exception | None = None) -> Response:
    status = int(error.status) if isinstance(error, Problem) else 400 if error else 200
    detail = detail_of(error) if isinstance(error, Problem) else str(error or "")
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
