"""Routes of templates: what links are issued with again and again, saved by a name."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Response

from accounts.permissions import Permission
from common.db.link_templates import LinkTemplate
from common.db.tenancy import TenantDb
from common.instants import now
from common.reports.model import AnalyticsNotYetImplementedError
from common.reports.registry import UnknownReportError
from share_api.auth.actors import Actor
from share_api.container import Container
from share_api.http.json_body import Body, FieldError, InvalidBodyError, parse_body
from share_api.http.openapi import located, problem_responses, request_body
from share_api.http.path_id import canonical_uuid
from share_api.routes.dependencies import CurrentActor, CurrentDb, Services
from share_api.routes.permissions import needs
from share_api.schemas.templates import TemplateBody, TemplatesView, TemplateView
from sharing.issue_errors import InvalidFieldError, OptionsConflictError
from sharing.templates import (
    TemplateNotFoundError,
    check_template,
    delete_template,
    get_template,
    list_templates,
    save_template,
)

router = APIRouter(tags=["templates"])
PATH: Final = "/api/admin/analytics/templates"

TemplateId = Annotated[
    str, Path(description="The id of a template.", json_schema_extra={"format": "uuid"})
]
_CREATED: Final = located(201, "The template.", "Where it is shown, changed and deleted.")


@router.get(
    PATH,
    summary="List the templates",
    responses=problem_responses(403, 503),
    dependencies=[needs(Permission.SHARES_READ)],
)
def list_saved_templates(db: CurrentDb) -> TemplatesView:
    """The tenant's templates, by name."""
    return TemplatesView.of(list_templates(db))


@router.post(
    PATH,
    summary="Save a template",
    status_code=201,
    responses={**_CREATED, **problem_responses(400, 403, 409, 422, 503)},
    openapi_extra=request_body(TemplateBody),
    dependencies=[needs(Permission.SHARES_WRITE)],
)
def make_template(
    actor: CurrentActor, db: CurrentDb, container: Services, response: Response, body: Body
) -> TemplateView:
    """Save what links are to be issued with. It is checked as a link is, and opens nothing."""
    saved = _save(actor, db, container, body)
    response.headers["Location"] = f"{PATH}/{saved.id}"
    return TemplateView.of(saved)


@router.get(
    f"{PATH}/{{template_id}}",
    summary="Show a template",
    responses=problem_responses(403, 404, 503),
    dependencies=[needs(Permission.SHARES_READ)],
)
def show_template(template_id: TemplateId, db: CurrentDb) -> TemplateView:
    """One template."""
    return TemplateView.of(get_template(db, parse_id(template_id)))


@router.put(
    f"{PATH}/{{template_id}}",
    summary="Change a template",
    responses=problem_responses(400, 403, 404, 409, 422, 503),
    openapi_extra=request_body(TemplateBody),
    dependencies=[needs(Permission.SHARES_WRITE)],
)
def change_template(
    template_id: TemplateId, actor: CurrentActor, db: CurrentDb, container: Services, body: Body
) -> TemplateView:
    """Put another name and other options in place of a template's. Links that are out stay."""
    found = get_template(db, parse_id(template_id))
    return TemplateView.of(_save(actor, db, container, body, template_id=found.id))


@router.delete(
    f"{PATH}/{{template_id}}",
    summary="Delete a template",
    status_code=204,
    responses=problem_responses(403, 404, 503),
    dependencies=[needs(Permission.SHARES_WRITE)],
)
def drop_template(template_id: TemplateId, actor: CurrentActor, db: CurrentDb) -> None:
    """Links that were issued from it stay."""
    delete_template(db, parse_id(template_id), author=actor.author, at=now())


def _save(
    actor: Actor,
    db: TenantDb,
    container: Container,
    body: bytes,
    template_id: UUID | None = None,
) -> LinkTemplate:
    """Check what is to be saved, its faults by their places below ``share``, and save it."""
    wanted, at = parse_body(TemplateBody, body), now()
    try:
        wanted.share.require_consistent()
        check_template(wanted.wish, actor.tenant, container.issuing, actor.author, now=at)
    except OptionsConflictError as error:
        error.place = "/share"
        raise
    except InvalidFieldError as error:
        faults = [FieldError(f"/share{each['pointer']}", each["detail"]) for each in error.errors]
        raise InvalidBodyError(*faults) from error
    except (UnknownReportError, AnalyticsNotYetImplementedError) as error:
        raise InvalidBodyError(FieldError("/share/report", str(error))) from error
    return save_template(
        db, wanted.name, wanted.wish, author=actor.author, at=at, template_id=template_id
    )


def parse_id(text: str) -> UUID:
    """An id in its one spelling; anything else names no template.

    Raises:
        TemplateNotFoundError: it is none.
    """
    template_id = canonical_uuid(text)
    if template_id is None:
        raise TemplateNotFoundError
    return template_id
