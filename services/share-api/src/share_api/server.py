"""The HTTP server and its connections' protocol, with limits."""

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from common.infra.draining import DrainingServer
from common.infra.http_limits import BoundedProtocol, ConnectionLimits
from common.infra.open_files import raise_open_file_limit
from share_api.middleware.security_headers import response_headers
from share_api.settings import ShareApiSettings


class Server(DrainingServer, uvicorn.Server):
    """Serves; what has connected when it is told to end is answered."""


def protocol(settings: ShareApiSettings) -> type[HttpToolsProtocol]:
    """The protocol for a server with these settings."""

    class Connection(BoundedProtocol, HttpToolsProtocol):
        bounds = ConnectionLimits(
            connections=raise_open_file_limit(settings.max_connections),
            per_address=settings.connections_per_address,
            exempt=settings.trusted_proxies,
            headers=response_headers(https=settings.https, subdomains=settings.hsts_subdomains),
        )

    return Connection
