"""Settings that several services read, and the one way to load a service's settings.

A service inherits the groups it needs. An empty variable counts as absent. A value that is unsafe
stops the service at start with one line that names the variable and never repeats the value.
"""

import os
import sys
from typing import Annotated, Any, TypeVar

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from common.database_servers import named_servers
from common.infra.broker import broker_of
from common.links.token import KeyRing
from common.secret_files import SECRETS, SecretFileError, secrets_from_files
from common.setting_types import (
    Address,
    DatabaseServers,
    OptionalRedisUrl,
    RedisUrl,
    SigningSecret,
    SigningSecrets,
    Snowflake,
    parts_of,
    starting_with,
)


class SecretFiles(PydanticBaseSettingsSource):
    """The secrets among a class's settings, from the files that the environment names."""

    def get_field_value(
        self,
        field: FieldInfo,  # noqa: ARG002 - pydantic's signature
        field_name: str,
    ) -> tuple[Any, str, bool]:
        """Nothing: a secret is found by the name of its variable."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """The values, by the names of their variables."""
        names = {str(field.validation_alias) for field in self.settings_cls.model_fields.values()}
        return dict(secrets_from_files(os.environ, names & set(SECRETS)))


class ServiceSettings(BaseSettings):
    """The base of every service's settings: the environment, and files of secrets it names."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given, then the environment, then files of secrets."""
        return init_settings, env_settings, SecretFiles(settings_cls)


class RedisSettings(ServiceSettings):
    """Where Redis is: cached reports, link states, sessions and, unless told apart, the broker."""

    redis_url: RedisUrl = Field(
        validation_alias="REDIS_URL",
        description="Redis or Valkey: `redis://…`, `rediss://…`, by its Sentinels"
        " `redis+sentinel://:PASSWORD@HOST:PORT,HOST:PORT/NAME/0`, or the nodes of a cluster"
        " `redis+cluster://:PASSWORD@HOST:PORT,HOST:PORT`.",
    )
    broker_url: OptionalRedisUrl = Field(
        default=None,
        validate_default=True,
        validation_alias="BROKER_URL",
        description="The Redis or Valkey of the jobs, when they have one of their own: no cluster."
        " Required where `REDIS_URL` names one.",
    )

    @field_validator("broker_url")
    @classmethod
    def _jobs_are_in_no_cluster(
        cls, value: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        redis: SecretStr | None = info.data.get("redis_url")  # None where it is none
        known = redis.get_secret_value() if redis else ""
        broker_of(known, value.get_secret_value() if value else None)
        return value

    @property
    def broker(self) -> str:
        """The URL that jobs go to."""
        return (self.broker_url or self.redis_url).get_secret_value()


class ConnectionSettings(ServiceSettings):
    """The keys that seal the secrets of connections. Without one no webhook is taken (503)."""

    connection_secret: SigningSecret = Field(
        default=None,
        validation_alias="ANALYTICS_CONNECTION_SECRET",
        description="Encrypts the secrets of connections to platforms: 32 random bytes as 64 hex"
        " digits.",
    )
    retired_connection_secrets: SigningSecrets = Field(
        default=None,
        validation_alias="ANALYTICS_CONNECTION_SECRETS_RETIRED",
        description="Secrets that no longer encrypt but still decrypt, comma separated.",
    )

    def connection_keys(self) -> tuple[str, ...]:
        """The keys, as hex digits: the first one seals. None when it is not configured."""
        if self.connection_secret is None:
            return ()
        return (
            self.connection_secret.get_secret_value(),
            *parts_of(self.retired_connection_secrets),
        )


class DatabaseSettings(ServiceSettings):
    """Where PostgreSQL is, as the restricted role of the services."""

    database_url: Annotated[SecretStr, starting_with("postgresql", "postgres://")] = Field(
        validation_alias="DATABASE_URL",
        description="PostgreSQL, as a role that owns nothing and cannot bypass row-level security.",
    )
    shard_urls: DatabaseServers = Field(
        default=None,
        validation_alias="DATABASE_SHARD_URLS",
        description="Further servers of PostgreSQL that hold shops, `NAME=postgresql://…`, comma"
        " separated, as the role of `DATABASE_URL`, which keeps the accounts and shops as well.",
    )

    @property
    def shards(self) -> dict[str, str]:
        """The URLs of the further servers, by name."""
        return named_servers(self.shard_urls.get_secret_value()) if self.shard_urls else {}


class SigningSettings(ServiceSettings):
    """The keys of the links. Without a secret nothing is issued and nothing opens (503)."""

    signing_secret: SigningSecret = Field(
        default=None,
        validation_alias="ANALYTICS_SHARE_SIGNING_SECRET",
        description="Signs the links: 32 random bytes as 64 hex digits.",
    )
    retired_secrets: SigningSecrets = Field(
        default=None,
        validation_alias="ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED",
        description="Secrets that no longer sign but still verify, comma separated.",
    )

    def key_ring(self) -> KeyRing | None:
        """The keys in force; None when signing is not configured."""
        if self.signing_secret is None:
            return None
        return KeyRing(self.signing_secret.get_secret_value(), parts_of(self.retired_secrets))


class TransportSettings(ServiceSettings):
    """What the outside is told of https."""

    hsts_subdomains: bool = Field(
        default=False,
        validation_alias="HSTS_INCLUDE_SUBDOMAINS",
        description="Whether browsers are told to use https for all hosts below this one too.",
    )


class TracingSettings(ServiceSettings):
    """Where spans go; without an endpoint nothing is traced."""

    traces_endpoint: Address | None = Field(
        default=None,
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="A collector of OpenTelemetry that takes OTLP over HTTP: spans of requests and"
        " jobs are sent below it, to `/v1/traces`. Nothing is traced by default.",
    )


class DiscordApplicationSettings(ServiceSettings):
    """Which application at Discord is ours; without it there are no commands there."""

    discord_application_id: Snowflake = Field(
        default=None,
        validation_alias="DISCORD_APPLICATION_ID",
        description="The application's id, from Discord's developer portal.",
    )


class DiscordApiSettings(ServiceSettings):
    """Where Discord is spoken to."""

    discord_api_base: Address = Field(
        default="https://discord.com/api/v10",
        validation_alias="DISCORD_API_BASE",
        description="Discord's HTTP API, with its version.",
    )


S = TypeVar("S", bound=ServiceSettings)


def load(settings: type[S]) -> S:
    """Read ``settings`` from the environment, or end the process with the reason.

    Raises:
        SystemExit: status 2, after one line per unusable variable on standard error.
    """
    try:
        return settings()
    except SecretFileError as error:
        print(f"refusing to start: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_context=False, include_input=False):
            name = ".".join(_variable(settings, part) for part in problem["loc"])
            reason = problem["msg"].removeprefix("Value error, ")
            print(f"refusing to start: {name}: {reason}", file=sys.stderr)
        raise SystemExit(2) from None


def _variable(settings: type[ServiceSettings], part: int | str) -> str:
    """What a part of the place of an error is called outside: a default's is the field's name."""
    field = settings.model_fields.get(str(part))
    return str(field.validation_alias or part) if field is not None else str(part)
