"""Templates: what a tenant's links are issued with again and again, saved by a name.

A template is checked as a link is, when it is saved and again when a link is issued from it: report
types and the tenant's bounds change meanwhile.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select

from accounts.memberships import TenantFacts, lock_tenant
from common.db.audit import Action, Author, record
from common.db.link_templates import LinkTemplate
from common.db.tenancy import TenantDb, TenantSession
from common.http.problem import Problem
from common.http.wording import Wording
from sharing.issuing import check_request
from sharing.issuing_context import IssuingContext
from sharing.link_wish import LinkWish, encode
from sharing.policy import held_to_policy

MOST_TEMPLATES: Final = 50
"""Templates that a tenant may have."""
_ASKED: Final = "asked for with each link"
"""Stands for the hash of a password that a link from the template will have."""


class TemplateError(Problem):
    """The template is not saved, or not there."""


class TemplateNotFoundError(TemplateError):
    """The tenant has no such template."""

    status = HTTPStatus.NOT_FOUND
    type = "template-not-found"
    title = "Template not found"

    def __init__(self) -> None:
        super().__init__("There is no such template.")


class TemplateNameTakenError(TemplateError):
    """The tenant has another template of that name."""

    status = HTTPStatus.CONFLICT
    type = "template-name-taken"
    title = "Name taken"

    def __init__(self) -> None:
        super().__init__("There is a template of that name already: change it, or choose another.")


class TooManyTemplatesError(TemplateError):
    """The tenant has as many templates as it may."""

    status = HTTPStatus.CONFLICT
    type = "too-many-templates"
    title = "Too many templates"

    def __init__(self) -> None:
        super().__init__(
            Wording("There are %(most)s templates: delete some first.", most=MOST_TEMPLATES)
        )


def list_templates(db: TenantDb) -> Sequence[LinkTemplate]:
    """The tenant's templates, by name."""
    query = select(LinkTemplate).where(LinkTemplate.tenant_id == db.tenant_id)
    with db.transaction() as session:
        return session.scalars(query.order_by(func.lower(LinkTemplate.name))).all()


def get_template(db: TenantDb, template_id: UUID) -> LinkTemplate:
    """One of the tenant's templates.

    Raises:
        TemplateNotFoundError: it has no such one.
    """
    with db.transaction() as session:
        return _one(session, db.tenant_id, template_id)


def check_template(
    wish: LinkWish, tenant: TenantFacts, using: IssuingContext, author: Author, *, now: datetime
) -> None:
    """Refuse what no link could be issued from.

    Raises:
        Exception: what ``check_request`` raises.
    """
    plain = LinkWish(**{**wish.said, "protected": None})
    request = plain.request(tenant.id, tenant.zone, author)
    asked = replace(request, password_hash=_ASKED if wish.protected else None)
    check_request(asked, held_to_policy(using, tenant.id), now=now)


def save_template(
    db: TenantDb,
    name: str,
    wish: LinkWish,
    *,
    author: Author,
    at: datetime,
    template_id: UUID | None = None,
) -> LinkTemplate:
    """Save a template that was checked, as a new one or in place of the one of that id.

    Raises:
        TemplateNameTakenError: another one has that name, in any case.
        TooManyTemplatesError: the tenant has as many as it may.
        TemplateNotFoundError: it has none of that id.
    """
    with db.transaction() as session:
        lock_tenant(session, db.tenant_id)
        if template_id is None:
            if _count(session, db.tenant_id) >= MOST_TEMPLATES:
                raise TooManyTemplatesError
            saved = LinkTemplate(tenant_id=db.tenant_id, id=uuid4(), created_at=at)
        else:
            saved = _one(session, db.tenant_id, template_id)
        named = _named(session, db.tenant_id, name)
        if named is not None and named.id != saved.id:
            raise TemplateNameTakenError
        saved.name, saved.wanted, saved.changed_at = name, encode(wish), at
        session.add(saved)
        session.flush()
        action = Action.TEMPLATE_CREATED if template_id is None else Action.TEMPLATE_CHANGED
        record(session, db.tenant_id, action, author, at=at, subject=saved.id, name=name)
    return saved


def delete_template(db: TenantDb, template_id: UUID, *, author: Author, at: datetime) -> None:
    """Delete a template; links that were issued from it stay.

    Raises:
        TemplateNotFoundError: the tenant has none of that id.
    """
    with db.transaction() as session:
        gone = _one(session, db.tenant_id, template_id)
        session.execute(
            delete(LinkTemplate).where(
                LinkTemplate.tenant_id == db.tenant_id, LinkTemplate.id == template_id
            )
        )
        action = Action.TEMPLATE_DELETED
        record(session, db.tenant_id, action, author, at=at, subject=gone.id, name=gone.name)


def find_template(db: TenantDb, name: str) -> LinkTemplate | None:
    """The tenant's template of that name, in any case; None without one."""
    with db.transaction() as session:
        return _named(session, db.tenant_id, name)


def _named(session: TenantSession, tenant_id: int, name: str) -> LinkTemplate | None:
    query = select(LinkTemplate).where(
        LinkTemplate.tenant_id == tenant_id, func.lower(LinkTemplate.name) == func.lower(name)
    )
    return session.scalar(query)


def _one(session: TenantSession, tenant_id: int, template_id: UUID) -> LinkTemplate:
    query = select(LinkTemplate).where(
        LinkTemplate.tenant_id == tenant_id, LinkTemplate.id == template_id
    )
    found = session.scalar(query.with_for_update())
    if found is None:
        raise TemplateNotFoundError
    return found


def _count(session: TenantSession, tenant_id: int) -> int:
    query = select(func.count()).where(LinkTemplate.tenant_id == tenant_id)
    return session.scalar(query) or 0
