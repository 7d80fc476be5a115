"""Cross-site request forgery: a state-changing request comes from our own site, or no browser.

The session cookie travels with every request a browser sends here, so the cookie alone does not say
that our own page asked. The decision, in this order:

1. GET, HEAD and OPTIONS change nothing and pass.
2. ``Sec-Fetch-Site``, which every current browser sends and no page can set: ``same-origin`` and
   ``none`` (the user, not a page) pass; ``same-site`` and ``cross-site`` do not.
3. Without it, ``Origin`` (older browsers): the origin of ``PUBLIC_BASE_URL`` passes, and the host
   the request was sent to. A page cannot choose the ``Host`` its request carries, and a name
   rebound to our address gets no cookie of ours; the scheme is not compared, since TLS may end
   before us. ``null`` does not pass.
4. Without either, the client is no browser: no cookie was sent without its user's doing.
"""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from common.http.problem import Problem

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES: Final = frozenset({"same-origin", "none"})


class CrossSiteRequestError(Problem):
    """A page of another site asked for a change."""

    status = HTTPStatus.FORBIDDEN
    type = "cross-site-request"
    title = "Request from another site"

    def __init__(self) -> None:
        super().__init__("Requests that change something are not accepted from other sites.")


def require_same_site(method: str, headers: Headers, *, public_base_url: str) -> None:
    """Refuse a state-changing request that a page of another site made.

    Raises:
        CrossSiteRequestError: see the module.
    """
    if method in _SAFE_METHODS:
        return
    sites = headers.getlist("sec-fetch-site")
    origins = headers.getlist("origin")
    if sites:
        allowed = all(site in _OWN_SITES for site in sites)
    else:
        own = {origin_of(public_base_url)}
        allowed = all(origin in own or _is_host(origin, headers) for origin in origins)
    if not allowed:
        raise CrossSiteRequestError


def origin_of(url: str) -> str:
    """The origin of an http(s) address, as browsers spell it: no default port, no path."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, default} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _is_host(origin: str, headers: Headers) -> bool:
    scheme, separator, authority = origin.partition("://")
    known = bool(separator) and scheme in {"http", "https"} and bool(authority)
    return known and authority == headers.get("host", "").lower()
