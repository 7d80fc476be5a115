"""Routes of templates: those of the shop, saved from the form of a new link, and deleted."""

import json
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from accounts.permissions import Permission
from common.http.problem import Problem
from share_api.console.forms.body import Form
from share_api.console.pages import page, redirect
from share_api.console.routes.share import form_page
from share_api.console.views.link_body import link_body
from share_api.console.views.templates import templates_of
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.routes import templates
from share_api.routes.permissions import needs
from sharing.templates import find_template

router = APIRouter()
TEMPLATES: Final = "/admin/links/templates"
_OF_ONE_LINK: Final = frozenset({"label", "password"})


@router.get(TEMPLATES, dependencies=[needs(Permission.SHARES_READ)])
def show_templates(visit: CurrentVisit, delete: str = "", done: str = "") -> Response:
    """The shop's templates; with ``delete``, whether that one is to go."""
    found = templates_of(visit)
    leaving = next((each for each in found if str(each.id) == delete), None)
    return page(visit, "templates.html", "links", templates=found, leaving=leaving, done=done)


@router.post(TEMPLATES, dependencies=[needs(Permission.SHARES_WRITE)])
def save(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Save what the form of a new link says, by a name; in place of a template that has it, if the
    form says so.
    """
    name = form.one("template").strip()
    body = json.dumps({"name": name, "share": _share(form)}).encode()
    try:
        before = find_template(visit.db, name) if name.isprintable() else None
        if before is None:
            templates.make_template(visit.actor, visit.db, visit.container, Response(), body)
        elif form.one("replace") != before.name:
            return form_page(visit, form, replaces=before.name)
        else:
            known = str(UUID(str(before.id)))
            templates.change_template(known, visit.actor, visit.db, visit.container, body)
    except Problem as error:
        return form_page(visit, form, error, detail=_rule(visit, error))
    return redirect(f"{TEMPLATES}?done=saved")


@router.post(f"{TEMPLATES}/{{template_id}}/delete", dependencies=[needs(Permission.SHARES_WRITE)])
def delete(template_id: str, visit: CurrentVisit, _: CheckedForm) -> Response:
    """Delete a template; links that were made from it stay."""
    templates.drop_template(template_id, visit.actor, visit.db)
    return redirect(f"{TEMPLATES}?done=deleted")


def _rule(visit: Visit, problem: Problem) -> str:
    """What a name has to be, where that is what is wrong; else nothing."""
    if any(each["pointer"] == "/name" for each in problem.errors):
        return visit.words.text("Give the template a name of up to 80 characters.")
    return ""


def _share(form: Form) -> dict[str, object]:
    """What links from it are; a password is asked for with each, and not kept."""
    said = link_body(form)
    share = {name: value for name, value in said.items() if name not in _OF_ONE_LINK}
    protected = {"protected": True} if "password" in said else {}
    return {**share, "report": form.one("report"), **protected}
