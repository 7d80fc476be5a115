"""Security headers: the content policy of pages, and the headers that every response carries."""

from dataclasses import dataclass
from typing import Final

from common.http.security_headers import DATA_POLICY, security_headers
from report_viewer.http.response import Headers

PAGE_POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    b"require-trusted-types-for 'script'"
)


@dataclass(frozen=True, slots=True)
class SecurityHeaders:
    """The headers every response carries; over https also the one that keeps it so."""

    https: bool

    @property
    def headers(self) -> Headers:
        """The headers without a content policy."""
        return security_headers(https=self.https)

    def page(self) -> Headers:
        """The headers of an HTML page."""
        return security_headers(https=self.https, policy=PAGE_POLICY)

    def data(self) -> Headers:
        """The headers of what is no page."""
        return security_headers(https=self.https, policy=DATA_POLICY)
