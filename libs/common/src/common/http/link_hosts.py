"""Link hosts: addresses of their own that tenants' links may point to, as the operator allows them.

Which tenant has which stands in the ledger. A request at a host of a tenant is told by its ``Host``
header; every other host is that of all tenants, whatever it is called.
"""

from collections.abc import Iterable
from typing import Final, Self
from urllib.parse import urlsplit

_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


class LinkHosts:
    """The addresses that tenants may have; ``base_urls`` are origins."""

    def __init__(self, base_urls: Iterable[str]) -> None:
        self._hosts = {each: host_of(each) for each in base_urls}
        self._named = {host.encode("ascii"): host for host in self._hosts.values()}

    @classmethod
    def of_setting(cls, value: str) -> Self:
        """Those that a setting has, comma separated."""
        return cls(each for each in value.split(",") if each)

    def __bool__(self) -> bool:
        return bool(self._hosts)

    def allows(self, base_url: str) -> bool:
        """Whether a tenant may have the address."""
        return base_url in self._hosts

    def host_of(self, base_url: str) -> str:
        """The host of a tenant's address; empty where it has none, or none that is allowed."""
        return self._hosts.get(base_url, "")

    def asked(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """The host of a tenant at which a request is made; empty for every other host.

        ``headers`` have names in lower case.
        """
        if not self._hosts:
            return ""
        host = next((value for name, value in headers if name == b"host"), b"").lower()
        name, colon, port = host.partition(b":")
        name = name.removesuffix(b".")
        if colon and port not in {b"", b"80", b"443"}:
            name += colon + port
        return self._named.get(name, "")


def host_of(base_url: str) -> str:
    """The host of an origin as a request names it: in lower case, without the scheme's own port."""
    parts = urlsplit(base_url)
    return parts.netloc.lower().removesuffix(_DEFAULT_PORTS[parts.scheme])


NO_HOSTS: Final = LinkHosts(())
"""Where no tenant has an address of its own."""
