"""Schemas of templates: what links are issued with again and again."""

from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from common.db.link_templates import LinkTemplate
from common.links.options import LinkKind
from share_api.schemas.api_model import ApiModel
from share_api.schemas.link_options_body import LinkOptionsBody
from share_api.schemas.report_type import ReportType
from share_api.schemas.request_model import RequestModel
from share_api.schemas.responses import Instant
from share_api.schemas.share_values import TemplateName
from sharing.link_wish import LinkWish, decode


class TemplateShareBody(LinkOptionsBody):
    """What links from a template are: as for one alone, without what is of one alone."""

    report: ReportType = Field(description="The report type that opens first.")
    protected: bool = Field(False, description="Each link wants a password, given with it.")


class TemplateBody(RequestModel):
    """A template."""

    name: TemplateName = Field(
        description="One of the shop's, in any case.", examples=["Monthly board"]
    )
    share: TemplateShareBody

    @property
    def wish(self) -> LinkWish:
        """What links from it are."""
        return self.share.wish(self.share.report, protected=self.share.protected or None)


class TemplateView(ApiModel):
    """A template; ``share`` has what it says of links, as a body has it."""

    id: UUID
    name: str
    share: dict[str, Any] = Field(
        description="As the body of a share, with `report` and `protected`."
    )
    created_at: Instant
    changed_at: Instant

    @classmethod
    def of(cls, template: LinkTemplate) -> Self:
        """As clients see it."""
        return cls(
            id=template.id,
            name=template.name,
            share=_said(template),
            created_at=template.created_at,
            changed_at=template.changed_at,
        )


def _said(template: LinkTemplate) -> dict[str, Any]:
    """What it says; as it stands where another version saved what this one does not know."""
    try:
        return said_by(decode(template.wanted))
    except ValueError:
        return template.wanted


class TemplatesView(ApiModel):
    """Every template of the shop, by name."""

    items: tuple[TemplateView, ...]

    @classmethod
    def of(cls, templates: Sequence[LinkTemplate]) -> Self:
        """As clients see them."""
        return cls(items=tuple(map(TemplateView.of, templates)))


def said_by(wish: LinkWish) -> dict[str, Any]:
    """What a wish says, as the body of a share has it."""
    said = wish.said
    body: dict[str, Any] = {
        name: said[name]
        for name in (
            *("report", "reports", "period", "ranges", "embed", "compare", "changes"),
            "protected",
        )
        if name in said
    }
    if wish.dates is not None:
        first, last = wish.dates.first.isoformat(), wish.dates.last.isoformat()
        body["dates"] = {"first": first, "last": last}
    if wish.kind is not None and wish.kind is not LinkKind.FIXED:
        body[wish.kind.value] = True
    if wish.hide is not None:
        hidden = {"sections": wish.hide.sections, "csv": wish.hide.csv, "money": wish.hide.money}
        body["hide"] = {name: value for name, value in hidden.items() if value}
        if wish.hide.margin:
            body["hide"]["margin"] = False
    if wish.expires_in is not None:
        body["expiresInSeconds"] = wish.expires_in
    return body
