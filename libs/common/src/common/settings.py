"""Settings that several services read, and the one way to load a service's settings.

A service inherits the groups it needs. An empty variable counts as absent. A value that is unsafe
stops the service at start with one line that names the variable and never repeats the value.
"""

import os
import sys
from ipaddress import ip_network
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from common.links.signing_secret import check_drawn_secret
from common.links.token import KeyRing
from common.secret_files import SECRETS, SecretFileError, secrets_from_files


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


def _starts_with(*schemes: str) -> AfterValidator:
    def check(value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        if not value.get_secret_value().startswith(schemes):
            raise ValueError(f"must start with {' or '.join(schemes)}")
        _check_certificates_asked_for(value.get_secret_value())
        return value

    return AfterValidator(check)


_CHECKED: Final = {
    "sslmode": {"disable", "verify-ca", "verify-full"},
    "ssl_cert_reqs": {"required", "CERT_REQUIRED"},
    "ssl_check_hostname": {"true", "True", "1"},
}
"""What a server's address may say of TLS: that there is none, or that it checks who answers."""


def _check_certificates_asked_for(address: str) -> None:
    said = parse_qs(urlsplit(address).query, keep_blank_values=True)
    for name, checked in _CHECKED.items():
        if not checked.issuperset(said.get(name, ())):
            raise ValueError(
                f"{name} must be one of {', '.join(sorted(checked))}: TLS without a look at the"
                " certificate is with whoever answers"
            )


def _check_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError("must be an http:// or https:// address")
    if parts.username is not None or not value.isascii() or any(map(str.isspace, value)):
        raise ValueError("must be plain ASCII without a user or white space")
    if "?" in value or "#" in value:
        raise ValueError("must have neither a query nor a fragment")
    return value.rstrip("/")


def _check_origin(value: str) -> str:
    if urlsplit(value).path not in {"", "/"} or "?" in value or "#" in value:
        raise ValueError("must end after the host and port: links stand at fixed paths below it")
    return _check_address(value)


Origin = Annotated[str, AfterValidator(_check_origin)]
"""Scheme, host and port, as in ``https://app.example.com``; a trailing slash is dropped."""


def _check_networks(value: str) -> str:
    for network in value.split(","):
        try:
            ip_network(network.strip() or "127.0.0.1")
        except ValueError:
            raise ValueError("must be addresses or networks, comma separated") from None
    return value


Networks = Annotated[str, AfterValidator(_check_networks)]
"""Addresses or networks, comma separated."""


def _split(value: SecretStr | None) -> tuple[str, ...]:
    text = value.get_secret_value() if value else ""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _check_signing_secret(value: SecretStr | None) -> SecretStr | None:
    secret = value.get_secret_value().strip() if value else ""
    if secret:
        check_drawn_secret(secret)
    return SecretStr(secret) if secret else None


def _check_signing_secrets(value: SecretStr | None) -> SecretStr | None:
    for secret in _split(value):
        check_drawn_secret(secret)
    return value


SigningSecret = Annotated[SecretStr | None, AfterValidator(_check_signing_secret)]
SigningSecrets = Annotated[SecretStr | None, AfterValidator(_check_signing_secrets)]


def _check_snowflake(value: int | None) -> int | None:
    if value is not None and not 0 < value < 2**63:
        raise ValueError("must be an id of Discord's: a whole number")
    return value


class RedisSettings(ServiceSettings):
    """Where Redis is: cached reports, link states, sessions and, unless told apart, the broker."""

    redis_url: Annotated[SecretStr, _starts_with("redis://", "rediss://")] = Field(
        validation_alias="REDIS_URL", description="Redis or Valkey: `redis://…` or `rediss://…`."
    )
    broker_url: Annotated[SecretStr | None, _starts_with("redis://", "rediss://")] = Field(
        default=None,
        validation_alias="BROKER_URL",
        description="The Redis or Valkey of the jobs, when they have one of their own.",
    )

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
        return (self.connection_secret.get_secret_value(), *_split(self.retired_connection_secrets))


class DatabaseSettings(ServiceSettings):
    """Where PostgreSQL is, as the restricted role of the services."""

    database_url: Annotated[SecretStr, _starts_with("postgresql", "postgres://")] = Field(
        validation_alias="DATABASE_URL",
        description="PostgreSQL, as a role that owns nothing and cannot bypass row-level security.",
    )


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
        return KeyRing(self.signing_secret.get_secret_value(), _split(self.retired_secrets))


class TransportSettings(ServiceSettings):
    """What the outside is told of https."""

    hsts_subdomains: bool = Field(
        default=False,
        validation_alias="HSTS_INCLUDE_SUBDOMAINS",
        description="Whether browsers are told to use https for all hosts below this one too.",
    )


class DiscordApplicationSettings(ServiceSettings):
    """Which application at Discord is ours; without it there are no commands there."""

    discord_application_id: Annotated[int | None, AfterValidator(_check_snowflake)] = Field(
        default=None,
        validation_alias="DISCORD_APPLICATION_ID",
        description="The application's id, from Discord's developer portal.",
    )


class DiscordApiSettings(ServiceSettings):
    """Where Discord is spoken to."""

    discord_api_base: Annotated[str, AfterValidator(_check_address)] = Field(
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
            name = ".".join(str(part) for part in problem["loc"])
            reason = problem["msg"].removeprefix("Value error, ")
            print(f"refusing to start: {name}: {reason}", file=sys.stderr)
        raise SystemExit(2) from None
