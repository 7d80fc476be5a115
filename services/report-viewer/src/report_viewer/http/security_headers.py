"""Security headers: the content policy of pages, and the headers that every response carries."""

from dataclasses import dataclass
from typing import Final

from common.http.security_headers import DATA_POLICY, security_headers
from report_viewer.http.response import Headers

CSP_REPORTS: Final = "/csp-reports"
"""Where browsers say what the content policy of a page kept them from."""

_REPORTING: Final = (b"reporting-endpoints", b'csp="%b"' % CSP_REPORTS.encode("ascii"))
PAGE_POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    b"require-trusted-types-for 'script'; "
    b"report-uri %b; report-to csp" % CSP_REPORTS.encode("ascii")
)


_FORM_POLICY: Final = PAGE_POLICY.replace(b"form-action 'none'", b"form-action 'self'")


@dataclass(frozen=True, slots=True)
class SecurityHeaders:
    """The headers every response carries; over https also the one that keeps it so."""

    https: bool
    subdomains: bool = False

    @property
    def headers(self) -> Headers:
        """The headers without a content policy."""
        return security_headers(https=self.https, subdomains=self.subdomains)

    def page(self, *, form: bool = False) -> Headers:
        """The headers of an HTML page; one with a ``form`` may send it here."""
        policy = _FORM_POLICY if form else PAGE_POLICY
        return (_REPORTING, *self._with(policy))

    def data(self) -> Headers:
        """The headers of what is no page."""
        return self._with(DATA_POLICY)

    def _with(self, policy: bytes) -> Headers:
        return security_headers(https=self.https, subdomains=self.subdomains, policy=policy)
