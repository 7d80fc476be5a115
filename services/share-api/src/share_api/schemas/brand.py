"""Schemas of a shop's brand: what is to be changed of it, and what it is."""

from typing import Self

from pydantic import Field, model_validator

from common.db.brands import MOST_FOOTER, MOST_NAME
from common.design.accent import accent_of
from common.links.brand import data_url
from common.links.brand_ledger import LedgerBrand
from share_api.schemas.api_model import ApiModel
from share_api.schemas.request_model import RequestModel, without_default
from share_api.schemas.requests import Words


class BrandBody(RequestModel):
    """What of the brand is to be changed; what is left out stays, and null takes it away."""

    name: Words | None = Field(
        None,
        max_length=MOST_NAME,
        description="What links call the shop, in place of its name.",
        json_schema_extra=without_default,
    )
    accent: Words | None = Field(
        None,
        pattern="^#[0-9A-Fa-f]{6}$",
        description="The colour of buttons and links, in tones that can be read.",
        examples=["#1f55c4"],
        json_schema_extra=without_default,
    )
    footer: Words | None = Field(
        None,
        max_length=MOST_FOOTER,
        description="A line at the foot of pages.",
        json_schema_extra=without_default,
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("Say what is to be changed")
        return self


class AccentView(ApiModel):
    """The tones of an accent, of level AA on the grounds of each theme."""

    light: str
    dark: str


class LogoView(ApiModel):
    """A logo as it is shown: a PNG as a `data:` URL, at half its size in pixels."""

    url: str
    width: int
    height: int
    ground: str = Field(description="What it is put on: `any`, `light` or `dark`.")


class BrandView(ApiModel):
    """The brand as it is now; null is what is not set."""

    name: str | None
    accent: str | None
    tones: AccentView | None
    footer: str | None
    logo: LogoView | None
    link_base_url: str | None = Field(
        description="Where links point to, if the operator gave the shop an address of its own."
    )

    @classmethod
    def of(cls, found: LedgerBrand, link_base_url: str | None) -> Self:
        """The view of what the ledger has."""
        brand, logo = found.brand, None
        if brand.logo is not None and found.logo is not None:
            logo = LogoView(
                url=data_url(found.logo),
                width=brand.logo.width,
                height=brand.logo.height,
                ground=brand.logo.ground.value,
            )
        tones = accent_of(brand.accent)._asdict() if brand.accent else None
        return cls(
            name=brand.name or None,
            accent=brand.accent or None,
            tones=None if tones is None else AccentView(**tones),
            footer=brand.footer or None,
            logo=logo,
            link_base_url=link_base_url,
        )
