"""Types of settings: what a variable may hold, checked when it is read.

Their messages never repeat a value, which may be a secret.
"""

from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from common.database_servers import named_servers
from common.http.link_hosts import host_of
from common.infra import sentinels
from common.infra.cluster import address as cluster_address
from common.infra.cluster.address import cluster_of
from common.infra.sentinels import watched_primary
from common.links.signing_secret import check_drawn_secret


def starting_with(*schemes: str) -> AfterValidator:
    """The address of a server, by one of these schemes."""

    def check(value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        if not value.get_secret_value().startswith(schemes):
            raise ValueError(f"must start with {' or '.join(schemes)}")
        return value

    return AfterValidator(check)


def _check_redis(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        watched_primary(value.get_secret_value())
        cluster_of(value.get_secret_value())
    return value


_REDIS = starting_with("redis://", "rediss://", sentinels.SCHEME, *cluster_address.SCHEMES)
RedisUrl = Annotated[SecretStr, _REDIS, AfterValidator(_check_redis)]
"""A Redis or Valkey, the Sentinels that know where it is, or the nodes of a cluster."""
OptionalRedisUrl = Annotated[SecretStr | None, _REDIS, AfterValidator(_check_redis)]


def _check_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError("must be an http:// or https:// address")
    if parts.username is not None or not value.isascii() or any(map(str.isspace, value)):
        raise ValueError("must be plain ASCII without a user or white space")
    if "?" in value or "#" in value:
        raise ValueError("must have neither a query nor a fragment")
    return value.rstrip("/")


def check_origin(value: str) -> str:
    """An origin as it is used: without a slash at its end.

    Raises:
        ValueError: it is no http or https address, or more than a host and a port.
    """
    if urlsplit(value).path not in {"", "/"} or "?" in value or "#" in value:
        raise ValueError("must end after the host and port: links stand at fixed paths below it")
    return _check_address(value)


Origin = Annotated[str, AfterValidator(check_origin)]
"""Scheme, host and port, as in ``https://app.example.com``; a trailing slash is dropped."""


def _check_origins(value: str) -> str:
    each = (part.strip() for part in value.split(","))
    return ",".join(dict.fromkeys(check_origin(origin) for origin in each if origin))


Origins = Annotated[str, AfterValidator(_check_origins)]
"""Origins, comma separated; each once."""


def require_alike(origins: str, public: str | None) -> str:
    """Origins that stand beside a public one: by the same scheme, and each of another host.

    Raises:
        ValueError: one does not.
    """
    if not origins or not public:
        return origins
    all_of_them = [public, *origins.split(",")]
    if len({urlsplit(each).scheme for each in all_of_them}) > 1:
        raise ValueError("must have the scheme of PUBLIC_BASE_URL")
    if len({host_of(each) for each in all_of_them}) < len(all_of_them):
        raise ValueError("must be hosts other than that of PUBLIC_BASE_URL, each once")
    return origins


def _check_networks(value: str) -> str:
    for network in value.split(","):
        try:
            ip_network(network.strip() or "127.0.0.1")
        except ValueError:
            raise ValueError("must be addresses or networks, comma separated") from None
    return value


Networks = Annotated[str, AfterValidator(_check_networks)]
"""Addresses or networks, comma separated."""


def parts_of(value: SecretStr | None) -> tuple[str, ...]:
    """What stands between the commas."""
    text = value.get_secret_value() if value else ""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _check_servers(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        named_servers(value.get_secret_value())
    return value


DatabaseServers = Annotated[SecretStr | None, AfterValidator(_check_servers)]
"""Servers of PostgreSQL by name, comma separated."""


def _check_signing_secret(value: SecretStr | None) -> SecretStr | None:
    secret = value.get_secret_value().strip() if value else ""
    if secret:
        check_drawn_secret(secret)
    return SecretStr(secret) if secret else None


def _check_signing_secrets(value: SecretStr | None) -> SecretStr | None:
    for secret in parts_of(value):
        check_drawn_secret(secret)
    return value


SigningSecret = Annotated[SecretStr | None, AfterValidator(_check_signing_secret)]
SigningSecrets = Annotated[SecretStr | None, AfterValidator(_check_signing_secrets)]


def _check_snowflake(value: int | None) -> int | None:
    if value is not None and not 0 < value < 2**63:
        raise ValueError("must be an id of Discord's: a whole number")
    return value


Address = Annotated[str, AfterValidator(_check_address)]
"""An http or https address, whatever path it has; a trailing slash is dropped."""

Snowflake = Annotated[int | None, AfterValidator(_check_snowflake)]
"""An id of Discord's."""
