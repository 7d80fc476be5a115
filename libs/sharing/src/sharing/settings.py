"""Settings of issuing a link, in the service as on the command line."""

from typing import Final

from pydantic import Field, ValidationInfo, field_validator

from common.setting_types import Origin, Origins, require_alike
from common.settings import SigningSettings

YEAR_SECONDS: Final = 31_536_000


class LinkSettings(SigningSettings):
    """What issuing a link takes, in the service as on the command line."""

    link_ttl_seconds: int = Field(
        default=604_800,
        ge=60,
        validation_alias="ANALYTICS_SHARE_LINK_TTL_SECONDS",
        description="How long a link opens unless the request says otherwise: at least 60.",
    )
    link_max_ttl_seconds: int = Field(
        default=YEAR_SECONDS,
        ge=60,
        le=10 * YEAR_SECONDS,
        validation_alias="ANALYTICS_SHARE_LINK_MAX_TTL_SECONDS",
        description="The longest life a request may ask for; at most ten years.",
    )
    public_base_url: Origin = Field(
        validation_alias="PUBLIC_BASE_URL",
        description="Where viewers reach the links: `https://app.example.com`.",
    )

    tenant_base_urls: Origins = Field(
        default="",
        validation_alias="TENANT_BASE_URLS",
        description="Addresses that shops' links may point to in place of `PUBLIC_BASE_URL`, comma"
        " separated; `analytics link-address` gives one to a shop.",
    )

    @field_validator("link_max_ttl_seconds")
    @classmethod
    def _not_below_default(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("link_ttl_seconds", value):
            raise ValueError("must not be below ANALYTICS_SHARE_LINK_TTL_SECONDS")
        return value

    @field_validator("tenant_base_urls")
    @classmethod
    def _alike(cls, value: str, info: ValidationInfo) -> str:
        return require_alike(value, info.data.get("public_base_url"))
