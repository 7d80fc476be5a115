"""Settings of the viewer, from its environment. It has no database, so there is none for one."""

from pydantic import Field, ValidationInfo, field_validator

from common.setting_types import Networks, Origin, Origins, require_alike
from common.settings import (
    RedisSettings,
    SigningSettings,
    TracingSettings,
    TransportSettings,
)


class ViewerSettings(RedisSettings, SigningSettings, TransportSettings, TracingSettings):
    """The viewer's settings. Times are seconds."""

    host: str = Field(
        default="127.0.0.1",
        validation_alias="REPORT_VIEWER_HOST",
        description="The address the viewer listens on.",
    )
    port: int = Field(
        default=8001,
        ge=0,
        le=65535,
        validation_alias="REPORT_VIEWER_PORT",
        description="The port the viewer listens on.",
    )
    public_base_url: Origin = Field(
        default="http://127.0.0.1:8001",
        validation_alias="PUBLIC_BASE_URL",
        description="Where the links point to: scheme and host, as the outside sees them.",
    )
    tenant_base_urls: Origins = Field(
        default="",
        validation_alias="TENANT_BASE_URLS",
        description="Addresses that shops' links may point to in place of `PUBLIC_BASE_URL`, comma"
        " separated; `analytics link-address` gives one to a shop.",
    )
    wait_seconds: float = Field(
        default=5.0,
        ge=0,
        le=60,
        validation_alias="REPORT_VIEWER_WAIT_SECONDS",
        description="How long a request waits for a report nobody computed yet.",
    )
    max_waiting: int = Field(
        default=5000,
        ge=1,
        validation_alias="REPORT_VIEWER_MAX_WAITING",
        description="How many requests may wait at once; one more is told to come back.",
    )

    local_seconds: float = Field(
        default=0.8,
        ge=0,
        le=0.8,
        validation_alias="REPORT_VIEWER_LOCAL_SECONDS",
        description="How long what Redis said of a link is believed without its word that nothing"
        " has changed since; 0 asks on every request.",
    )
    overdue_seconds: float = Field(
        default=900,
        ge=0,
        validation_alias="REPORT_VIEWER_OVERDUE_SECONDS",
        description="How long newer data may wait for a report before its page says so.",
    )
    copies_mb: int = Field(
        default=192,
        ge=0,
        validation_alias="REPORT_VIEWER_COPIES_MB",
        description="What finished pages and CSVs may take in a process's memory, in MB.",
    )
    failures_per_address: int = Field(
        default=60,
        ge=1,
        validation_alias="REPORT_VIEWER_FAILURES_PER_ADDRESS",
        description="Tokens that nobody issued that one address may try in a minute.",
    )
    cold_per_link: int = Field(
        default=20,
        ge=1,
        validation_alias="REPORT_VIEWER_COLD_PER_LINK",
        description="Computations that one link may cause in five minutes.",
    )
    cold_per_tenant: int = Field(
        default=600,
        ge=1,
        validation_alias="REPORT_VIEWER_COLD_PER_TENANT",
        description="Computations that the links of one shop may cause in five minutes.",
    )
    trusted_proxies: Networks = Field(
        default="",
        validation_alias="REPORT_VIEWER_TRUSTED_PROXIES",
        description="Proxies whose `X-Forwarded-For` is believed: addresses or networks, comma"
        " separated; none by default.",
    )
    max_connections: int = Field(
        default=10_000,
        ge=1,
        validation_alias="REPORT_VIEWER_MAX_CONNECTIONS",
        description="Connections of clients that one process may have open at once.",
    )
    connections_per_address: int = Field(
        default=2000,
        ge=1,
        validation_alias="REPORT_VIEWER_CONNECTIONS_PER_ADDRESS",
        description="Those of them that one address may have open, unless it is a trusted proxy.",
    )
    processes: int = Field(
        default=1,
        ge=1,
        le=64,
        validation_alias="REPORT_VIEWER_PROCESSES",
        description="Processes that serve the port together; each keeps one core busy.",
    )

    @field_validator("tenant_base_urls")
    @classmethod
    def _alike(cls, value: str, info: ValidationInfo) -> str:
        return require_alike(value, info.data.get("public_base_url"))

    @property
    def served_over_https(self) -> bool:
        """Whether the outside reaches the viewer by https alone."""
        return self.public_base_url.startswith("https://")
