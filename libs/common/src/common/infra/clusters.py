"""Clusters: the nodes of a Valkey or Redis cluster, as a URL.

``redis+cluster://[[USER]:PASSWORD@]HOST[:PORT][,HOST[:PORT]...]``, and ``rediss+cluster://…`` with
TLS. USER and PASSWORD are those of each node, and what stands behind a ``?`` is an option of each
connection, as behind a ``rediss://`` URL: ``?ssl_ca_certs=/run/secrets/ca.pem``. The nodes that are
named are those asked first which others there are.
"""

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

SCHEMES: Final = ("redis+cluster://", "rediss+cluster://")
_PORT: Final = 6379
_FORM: Final = "must be redis+cluster://HOST:PORT,HOST:PORT without a database"


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
        ValueError: it lacks a host, a port is no number, or it names a database, which clusters
            have none of. The message repeats nothing of it.
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
    try:
        found.connection_options()
    except (ValueError, TypeError):
        raise ValueError("must have options of a connection behind the ?, and no others") from None
    return found


def broker_of(redis_url: str, broker_url: str | None) -> str:
    """The URL that jobs go to, which has to be one server's or its Sentinels'.

    Raises:
        ValueError: it is a cluster's, as it is by default where all else is in one.
    """
    if (broker_url or "").startswith(SCHEMES):
        raise ValueError("must be one server or its Sentinels: jobs are in no cluster")
    if not broker_url and redis_url.startswith(SCHEMES):
        raise ValueError(
            "is required where REDIS_URL names a cluster: jobs need one server, or its Sentinels"
        )
    return broker_url or redis_url


def _address(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host:
        raise ValueError("must name each node as HOST:PORT")
    return host, port or _PORT
