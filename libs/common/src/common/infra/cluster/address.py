"""Cluster address: the nodes of a Valkey or Redis cluster, as a URL.

``redis+cluster://[[USER]:PASSWORD@]HOST[:PORT][,HOST[:PORT]...]``, and ``rediss+cluster://…`` with
TLS. USER and PASSWORD are those of each node, and what stands behind a ``?`` is an option of each
connection, as behind a ``rediss://`` URL: ``?ssl_ca_certs=/run/secrets/ca.pem``. Who the client is
and how it trusts may be said there; time-outs and the like are the clients' own. The nodes that are
named are those asked first which others there are.
"""

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

SCHEMES: Final = ("redis+cluster://", "rediss+cluster://")
_PORT: Final = 6379
_FORM: Final = "must be redis+cluster://HOST:PORT,HOST:PORT without a database"
_OPTIONS: Final = frozenset({"username", "password", "client_name"})
_TLS_OPTIONS: Final = _OPTIONS | {
    "ssl_ca_certs",
    "ssl_ca_data",
    "ssl_cert_reqs",
    "ssl_certfile",
    "ssl_check_hostname",
    "ssl_ciphers",
    "ssl_exclude_verify_flags",
    "ssl_include_verify_flags",
    "ssl_keyfile",
    "ssl_min_version",
}
"""What may stand behind the ``?``: what connections take, for threads and event loops."""


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """Nodes of a cluster, and how a connection to any of its nodes is made."""

    nodes: tuple[tuple[str, int], ...]
    scheme: str = "redis"
    login: str = field(default="", repr=False)
    query: str = field(default="", repr=False)

    def url_of(self, host: str, port: int) -> str:
        """The URL of one node, as for a server of its own."""
        name = f"[{host}]" if ":" in host else host
        login = f"{self.login}@" if self.login else ""
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{login}{name}:{port}{query}"

    def connection_options(self) -> dict[str, Any]:
        """What a connection takes beside its address."""
        from redis.connection import parse_url  # noqa: PLC0415 - slow, and of no use without one

        options: dict[str, Any] = dict(parse_url(self.url_of(*self.nodes[0])))  # type: ignore[no-untyped-call] # redis-py has no types for it
        for each in ("host", "port", "db"):
            options.pop(each, None)
        return options


def cluster_of(url: str) -> ClusterAddress | None:
    """What a URL says of a cluster; None for one of another scheme.

    Raises:
        ValueError: it lacks a host, a port is no number, it names a database, which clusters have
            none of, or an option that is not to be chosen. The message repeats no value of it.
    """
    if not url.startswith(SCHEMES):
        return None
    kind, _, rest = url.partition("+cluster://")
    named, _, query = rest.partition("?")
    login, _, hosts = named.rpartition("@")
    hosts, _, database = hosts.partition("/")
    if database not in {"", "0"}:
        raise ValueError(_FORM)
    nodes = tuple(_address(each) for each in hosts.split(",") if each)
    if not nodes:
        raise ValueError(_FORM)
    found = ClusterAddress(nodes, kind, login, query)
    _check_options(found)
    return found


def _check_options(address: ClusterAddress) -> None:
    """Refuse options that no connection could be made with, or that are the clients' own.

    Raises:
        ValueError: there is one.
    """
    from redis import RedisError  # noqa: PLC0415 - slow, and of no use without one
    from redis.connection import Connection  # noqa: PLC0415 - likewise

    allowed = _TLS_OPTIONS if address.scheme == "rediss" else _OPTIONS
    if not {name for name, _ in parse_qsl(address.query, keep_blank_values=True)} <= allowed:
        raise ValueError(f"must have no options behind the ? but {', '.join(sorted(allowed))}")
    try:
        options = address.connection_options()
        options.pop("connection_class", Connection)(**options)
    except (ValueError, TypeError, RedisError):
        raise ValueError("must have options behind the ? that a connection takes") from None


def _address(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host:
        raise ValueError("must name each node as HOST:PORT")
    return host, port or _PORT
