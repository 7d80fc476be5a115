"""Which servers a command talks to: those of the environment, else those of a running `up`.

Commands import this lazily; it knows no database driver.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import click

from common.database_servers import named_servers
from common.infra.broker import broker_of
from devstack.supervisor.errors import SupervisorError
from devstack.supervisor.secrets import load_secrets
from devstack.supervisor.state import (
    DEFAULT_STATE_DIRECTORY,
    READY_NAME,
    StateDirectory,
    read_json,
)

_SHARDS: Final = "DATABASE_SHARD_URLS"
_SHARD_OWNERS: Final = "DATABASE_SHARD_OWNER_URLS"


class NoConnectionError(SupervisorError):
    """Neither the environment nor a state directory says where the servers are."""

    def __init__(self, state_directory: Path, settings: str = "DATABASE_URL and REDIS_URL") -> None:
        super().__init__(
            f"no database: set {settings}, or run `analytics up` first and name its"
            f" directory with --state-dir (looked for {state_directory / READY_NAME})"
        )
        self.state_directory = state_directory


class BrokerError(SupervisorError):
    """The environment does not say where jobs go."""


class ShardsError(SupervisorError):
    """The environment does not say where the further servers are."""


@dataclass(frozen=True)
class Connection:
    """Where to work; `database_url` is the application's role.

    `settings` are what the running services were told beyond that (the signing secret, the public
    address), for commands that issue links; empty when the environment is all there is.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)


def resolve(
    state_directory: Path | None, environment: Mapping[str, str] | None = None
) -> Connection:
    """Find the servers.

    A `--state-dir` given wins over the environment; without it DATABASE_URL and REDIS_URL are
    used, and what they leave open comes from the default state directory.

    Raises:
        NoConnectionError: nothing says where they are.
        BrokerError: Redis is a cluster, and nothing says where jobs go.
    """
    known = os.environ if environment is None else environment
    database = known.get("DATABASE_URL", "").strip()
    redis = known.get("REDIS_URL", "").strip()
    if state_directory is None and database and redis:
        try:
            broker_of(redis, known.get("BROKER_URL"))
        except ValueError as error:
            raise BrokerError(f"BROKER_URL {error}") from None
        return Connection(database, redis)
    directory = StateDirectory(state_directory or DEFAULT_STATE_DIRECTORY)
    ready = read_json(directory.ready)
    if not ready:
        raise NoConnectionError(directory.path)
    settings = _settings_of(directory, ready, known)
    if state_directory is not None:
        return Connection(ready["databaseUrl"], ready["redisUrl"], settings)
    return Connection(database or ready["databaseUrl"], redis or ready["redisUrl"], settings)


def _settings_of(
    directory: StateDirectory, ready: Mapping[str, Any], known: Mapping[str, str]
) -> dict[str, str]:
    kept = load_secrets(directory.secrets)
    secrets = {
        "ANALYTICS_SHARE_SIGNING_SECRET": kept.signing_secret,
        "ANALYTICS_CONNECTION_SECRET": kept.connection_secret,
    }
    told = {name: known.get(name, "").strip() or secret for name, secret in secrets.items()}
    console = {"SHARE_API_URL": ready["shareApiUrl"]} if "shareApiUrl" in ready else {}
    return {**told, "PUBLIC_BASE_URL": ready["viewerUrl"], **console}


def resolve_owner(
    state_directory: Path | None, environment: Mapping[str, str] | None = None
) -> tuple[str, str | None]:
    """The URL of the role that owns the tables, and the application's if there is one to set up.

    The application's role is never taken for the owner: row-level security would hide from it most
    of what is to be exported, counted or erased, without an error.

    Raises:
        NoConnectionError: nothing says where the database is, or only the application's role is
            known.
    """
    known = os.environ if environment is None else environment
    owner = known.get("DATABASE_OWNER_URL", "").strip()
    service = known.get("DATABASE_URL", "").strip()
    if state_directory is None and owner:
        return owner, service or None
    if state_directory is None and service:
        raise NoConnectionError(DEFAULT_STATE_DIRECTORY, "DATABASE_OWNER_URL")
    directory = StateDirectory(state_directory or DEFAULT_STATE_DIRECTORY)
    service = str(read_json(directory.ready).get("databaseUrl", ""))
    if not service or urlsplit(service).port != read_json(directory.ports).get("postgres"):
        raise NoConnectionError(directory.path, "DATABASE_OWNER_URL")
    parts = urlsplit(service)
    secret = quote(load_secrets(directory.secrets).postgres_password, safe="")
    netloc = f"postgres:{secret}@{parts.hostname}:{parts.port}"
    return parts._replace(netloc=netloc).geturl(), service


def resolve_shards(
    state_directory: Path | None, environment: Mapping[str, str] | None = None
) -> dict[str, tuple[str, str | None]]:
    """Further servers by name: the URL of who owns the tables, and the services' if it is told.

    A running `up` has none.

    Raises:
        ShardsError: a setting cannot be used, or names a server whose owner is not named.
    """
    known = os.environ if environment is None else environment
    if state_directory is not None:
        return {}
    told = {name: _servers(known, name) for name in (_SHARD_OWNERS, _SHARDS)}
    owners, services = told[_SHARD_OWNERS], told[_SHARDS]
    if missing := sorted(services.keys() - owners.keys()):
        raise ShardsError(f"{_SHARD_OWNERS} has to name {', '.join(missing)}")
    return {name: (owner, services.get(name)) for name, owner in owners.items()}


def resolve_server(state_directory: Path | None, name: str) -> tuple[str, list[str]]:
    """The URL of who owns the tables of the server of that name, and those of all others.

    Raises: what ``resolve_owner`` and ``resolve_shards`` raise.
        ShardsError: there is no server of that name.
    """
    home, _ = resolve_owner(state_directory)
    owners = {"home": home}
    owners |= {each: owner for each, (owner, _) in resolve_shards(state_directory).items()}
    if name not in owners:
        raise ShardsError(f"there is no server {name!r}: there is {', '.join(owners)}")
    return owners.pop(name), [*owners.values()]


def _servers(known: Mapping[str, str], setting: str) -> dict[str, str]:
    try:
        return named_servers(known.get(setting, ""))
    except ValueError as error:
        raise ShardsError(f"{setting} {error}") from None


def resolve_redis(
    state_directory: Path | None, environment: Mapping[str, str] | None = None
) -> str | None:
    """Redis' URL, as ``resolve`` finds it; None where nothing names one."""
    known = os.environ if environment is None else environment
    redis = known.get("REDIS_URL", "").strip()
    if state_directory is None and redis:
        return redis
    ready = read_json(StateDirectory(state_directory or DEFAULT_STATE_DIRECTORY).ready)
    told: str | None = ready.get("redisUrl")
    return told


state_dir_option = click.option(
    "--state-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="State directory of a running `analytics up`, to work on its servers.",
)
"""Gives a command the option `--state-dir`, passed as `state_dir`: a Path or None."""
