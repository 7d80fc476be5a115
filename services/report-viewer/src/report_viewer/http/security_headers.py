"""Security headers: the content policy of pages, and the headers that every response carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from common.http.security_headers import DATA_POLICY, security_headers
from common.links.embedding import is_origin
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


_AGAINST_FRAMES: Final = frozenset({b"x-frame-options", b"cross-origin-resource-policy"})
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

    def page(self, *, form: bool = False, style: bytes = b"") -> Headers:
        """The headers of an HTML page; one with a ``form`` may send it here.

        ``style`` is the one inline style it has, by its digest.
        """
        policy = _FORM_POLICY if form else PAGE_POLICY
        return (_REPORTING, *self._with(_styled(policy, style)))

    def frame(self, origins: Sequence[str], *, style: bytes = b"") -> Headers:
        """The headers of a page that pages of ``origins`` may frame, and no others.

        The older header that forbids all frames is left out: it knows no origins.
        """
        ancestors = " ".join(origins) if all(map(is_origin, origins)) else "'none'"
        policy = _styled(PAGE_POLICY, style).replace(
            b"frame-ancestors 'none'", b"frame-ancestors " + ancestors.encode("ascii")
        )
        headers = (_REPORTING, *self._with(policy))
        return tuple(each for each in headers if each[0] not in _AGAINST_FRAMES)

    def data(self) -> Headers:
        """The headers of what is no page."""
        return self._with(DATA_POLICY)

    def _with(self, policy: bytes) -> Headers:
        return security_headers(https=self.https, subdomains=self.subdomains, policy=policy)


def _styled(policy: bytes, style: bytes) -> bytes:
    return policy.replace(b"style-src 'self'", b"style-src 'self' " + style) if style else policy
