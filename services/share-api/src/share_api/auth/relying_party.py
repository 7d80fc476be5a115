"""Relying party of passkeys: the domain that they are made for, and where they may be used.

Both come from ``PUBLIC_BASE_URL``, which the console is reached under. On this machine alone
(``localhost`` or its addresses) the port is not asked for: the demo has the console on another one
than the links. No passkey can be made for an address that is no name.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from share_api.http.same_site import origin_of

_HERE: Final = "localhost"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """``id`` is the domain, empty where there is none; ``origin`` is where the console is."""

    id: str
    origin: str

    def origins(self, host: str) -> list[str]:
        """The origins that a browser may say it used a passkey at, when it asked for ``host``."""
        if self.id != _HERE:
            return [self.origin]
        scheme = self.origin.partition(":")[0]
        here = f"{scheme}://{host.lower()}"
        return [self.origin, *([here] if urlsplit(here).hostname == _HERE else [])]


def relying_party(public_base_url: str) -> RelyingParty:
    """The relying party of a service that is reached at ``public_base_url``."""
    origin = origin_of(public_base_url)
    host = urlsplit(origin).hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        return RelyingParty(host, origin)
    return RelyingParty(_HERE if address.is_loopback else "", origin)
