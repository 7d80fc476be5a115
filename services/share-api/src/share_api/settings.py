"""Settings of share-api, from the environment; a value that is unsafe stops it at start."""

from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import AfterValidator, Field

from common.setting_types import Networks
from common.settings import (
    ConnectionSettings,
    DatabaseSettings,
    DiscordApplicationSettings,
    RedisSettings,
    TracingSettings,
    TransportSettings,
)
from sharing.settings import LinkSettings


def _check_public_key(value: str | None) -> str | None:
    if value is None:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(value))
    except ValueError:
        raise ValueError("must be an Ed25519 key: 32 bytes as 64 hex digits") from None
    return value


class ShareApiSettings(
    RedisSettings,
    DatabaseSettings,
    LinkSettings,
    ConnectionSettings,
    DiscordApplicationSettings,
    TransportSettings,
    TracingSettings,
):
    """Everything share-api is told."""

    host: str = Field(
        default="127.0.0.1",
        validation_alias="SHARE_API_HOST",
        description="The address it listens on.",
    )
    port: int = Field(
        default=8000,
        ge=0,
        le=65_535,
        validation_alias="SHARE_API_PORT",
        description="The port it listens on; 0 takes a free one.",
    )
    session_life_seconds: int = Field(
        default=43_200,
        ge=60,
        validation_alias="SHARE_API_SESSION_LIFE_SECONDS",
        description="How long a session lasts at most.",
    )
    session_idle_seconds: int = Field(
        default=7_200,
        ge=60,
        validation_alias="SHARE_API_SESSION_IDLE_SECONDS",
        description="After how long without a request a session ends.",
    )
    logins_per_account: int = Field(
        default=10,
        ge=1,
        validation_alias="SHARE_API_LOGINS_PER_ACCOUNT",
        description="Failed logins of one account from one address, or from a known device, in five"
        " minutes before that has to wait.",
    )
    logins_per_address: int = Field(
        default=300,
        ge=1,
        validation_alias="SHARE_API_LOGINS_PER_ADDRESS",
        description="Logins from one address in five minutes before it has to wait.",
    )
    max_connections: int = Field(
        default=1000,
        ge=1,
        validation_alias="SHARE_API_MAX_CONNECTIONS",
        description="Connections of clients that may be open at once.",
    )
    connections_per_address: int = Field(
        default=200,
        ge=1,
        validation_alias="SHARE_API_CONNECTIONS_PER_ADDRESS",
        description="Those of them that one address may have open, unless it is a trusted proxy.",
    )
    shares_per_tenant: int = Field(
        default=1000,
        ge=1,
        validation_alias="SHARE_API_SHARES_PER_TENANT",
        description="Links of one shop that may be issued in an hour.",
    )
    import_max_bytes: int = Field(
        default=1_073_741_824,
        ge=1024,
        validation_alias="SHARE_API_IMPORT_MAX_BYTES",
        description="The most bytes that the files of an import may have together.",
    )
    webhooks_per_minute: int = Field(
        default=3000,
        ge=1,
        validation_alias="SHARE_API_WEBHOOKS_PER_MINUTE",
        description="Events of one connection that are taken in a minute.",
    )
    webhooks_waiting: int = Field(
        default=20_000,
        ge=1,
        validation_alias="SHARE_API_WEBHOOKS_WAITING",
        description="Events of one shop that may wait to be worked off; more are to be sent again.",
    )
    discord_public_key: Annotated[str | None, AfterValidator(_check_public_key)] = Field(
        default=None,
        validation_alias="DISCORD_PUBLIC_KEY",
        description="What Discord signs with, from its developer portal: 64 hex digits.",
    )
    trusted_proxies: Networks = Field(
        default="",
        validation_alias="SHARE_API_TRUSTED_PROXIES",
        description="Proxies whose `X-Forwarded-For` is believed: addresses or networks, comma"
        " separated; none by default.",
    )

    @property
    def https(self) -> bool:
        """Whether the outside world speaks TLS: cookies are Secure and HSTS is sent."""
        return self.public_base_url.startswith("https://")
