"""Schemas of a shop's settings: what is to be changed, and what was."""

from typing import Annotated, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from common.db.accounts import MAX_NAME_LENGTH
from share_api.schemas.api_model import ApiModel
from share_api.schemas.request_model import RequestModel, not_null, without_default
from share_api.schemas.requests import Words
from share_api.schemas.responses import TenantView

_LONGEST_ZONE: Final = 100


class ShopBody(RequestModel):
    """What of the shop is to be changed; what is left out stays."""

    name: Annotated[Words | None, BeforeValidator(not_null)] = Field(
        None, min_length=1, max_length=MAX_NAME_LENGTH, json_schema_extra=without_default
    )
    timezone: Annotated[Words | None, BeforeValidator(not_null)] = Field(
        None,
        min_length=1,
        max_length=_LONGEST_ZONE,
        description="An IANA time zone: days are counted anew.",
        examples=["Europe/Berlin"],
        json_schema_extra=without_default,
    )

    max_link_seconds: int | None = Field(
        None,
        description="The longest life of links that are issued from now on, from a minute to what"
        " the service allows; null is the service's own bound.",
        examples=[2_592_000],
        json_schema_extra=without_default,
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("Say what is to be changed")
        return self


class ShopView(ApiModel):
    """The shop as it is now."""

    shop: TenantView
    max_link_seconds: int = Field(
        description="The longest life that a link of the shop may have now."
    )


class ShopChangedView(ShopView):
    """The shop as it is from now on."""

    cut_links: int = Field(
        description="Live links whose days do not begin and end with days of the new zone."
    )
