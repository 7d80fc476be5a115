"""Public address: what an https address in front changes for the services, and what fronts it.

The services listen on this machine alone. A server that ends TLS here passes requests on to them,
and is believed when it says whose they are. With an https address cookies are ``Secure`` and
browsers are told to stay with TLS (HSTS): both follow from ``PUBLIC_BASE_URL``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from common.setting_types import check_origin
from devstack.processes.sockets import LOOPBACK
from devstack.supervisor.errors import SupervisorError
from devstack.supervisor.ports import Ports

LOG_WITHOUT_ADDRESSES: Final = """\
\tlog {
\t\tformat filter {
\t\t\twrap json
\t\t\tfields {
\t\t\t\trequest>uri delete
\t\t\t\trequest>headers>Referer delete
\t\t\t}
\t\t}
\t}"""
"""Among Caddy's global options: an upstream that is away is logged with the request."""
_TO_VIEWER: Final = "/api/reports/* /static/* /csp-reports"
_TO_SHARE_API: Final = "/admin /admin/* /api/admin/* /api/ingest/* /api/discord/interactions"


def check_public(address: str) -> str:
    """The origin that the outside reaches the system at: ``https://reports.example.com``.

    Raises:
        SupervisorError: it is not https, or more than a host and a port.
    """
    try:
        origin = check_origin(address)
    except ValueError as error:
        raise SupervisorError(f"--public {address!r}: {error}") from None
    if not origin.startswith("https://"):
        raise SupervisorError(f"--public {address!r}: write https:// and the host's name")
    return origin


def public_settings(origin: str) -> Mapping[str, str]:
    """What services are told so that they can be reached at ``origin`` through a server here."""
    return {
        "PUBLIC_BASE_URL": origin,
        "SHARE_API_TRUSTED_PROXIES": LOOPBACK,
        "REPORT_VIEWER_TRUSTED_PROXIES": LOOPBACK,
    }


def caddyfile(origin: str, ports: Ports) -> str:
    """A Caddyfile that ends TLS at ``origin`` and passes on what is for the services, no more.

    What is for neither is not found: Caddy's own answer would be an empty page with status 200. Its
    log has no addresses, which hold tokens, and a request's id is not for strangers to choose.
    """
    return "\n".join(
        (
            "{",
            LOG_WITHOUT_ADDRESSES,
            "}",
            f"{origin.removeprefix('https://')} {{",
            "\trequest_header -X-Request-ID",
            f"\t@reports path {_TO_VIEWER}",
            f"\t@console path {_TO_SHARE_API}",
            f"\thandle @reports {{\n\t\treverse_proxy {LOOPBACK}:{ports.report_viewer}\n\t}}",
            f"\thandle @console {{\n\t\treverse_proxy {LOOPBACK}:{ports.share_api}\n\t}}",
            "\thandle {\n\t\trespond 404\n\t}",
            "}",
            "",
        )
    )


def write_front(path: Path, origin: str, ports: Ports) -> None:
    """Write the Caddyfile, for whoever runs that server to read.

    Raises:
        SupervisorError: it cannot be written.
    """
    try:
        path.write_text(caddyfile(origin, ports), encoding="utf-8")
    except OSError as error:
        raise SupervisorError(f"cannot write {path}: {error.strerror}") from error
