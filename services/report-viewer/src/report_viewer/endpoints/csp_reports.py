"""CSP reports: browsers say what the content policy of a page kept them from, and it is counted.

A report is a hint, since anybody can send one. Nothing of it is kept or logged but the directive:
the address of the page, which it names, holds a token.
"""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.requests import Request

from report_viewer.endpoints.request_body import read_body
from report_viewer.http.address_limit import AddressLimit
from report_viewer.http.cache_control import NEVER_STORED
from report_viewer.http.client_address import ClientAddresses
from report_viewer.http.response import Response
from report_viewer.http.security_headers import SecurityHeaders

MOST_BYTES: Final = 16 * 1024
REPORTS_PER_ADDRESS: Final = 60
"""Reports that one address may add in a minute, in this process."""

OTHER: Final = "other"
DIRECTIVES: Final = frozenset(
    [
        "default-src",
        "script-src",
        "script-src-elem",
        "script-src-attr",
        "style-src",
        "style-src-elem",
        "style-src-attr",
        "img-src",
        "connect-src",
        "font-src",
        "media-src",
        "object-src",
        "frame-src",
        "child-src",
        "worker-src",
        "manifest-src",
        "base-uri",
        "form-action",
        "frame-ancestors",
        "require-trusted-types-for",
        "trusted-types",
    ]
)
"""What a report may name; all else counts as ``OTHER``, so that no sender makes up labels."""


class CspReports:
    """Takes reports.

    Args:
        count: told the directive of each report.
        addresses: finds the address that a report comes from.
        security: the headers of the answer.
    """

    def __init__(
        self,
        count: Callable[[str], None],
        addresses: ClientAddresses,
        security: SecurityHeaders,
    ) -> None:
        self._count = count
        self._addresses = addresses
        self._done = Response(HTTPStatus.NO_CONTENT, (NEVER_STORED, *security.data()), b"")
        self._limit = AddressLimit(REPORTS_PER_ADDRESS)

    async def take(self, request: Request) -> Response:
        """Count the reports of a request: 204, whatever it holds.

        Raises:
            TooLargeError: the body is longer than ``MOST_BYTES``.
            TooSlowError: it did not arrive in time.
            InvalidBodyError: the client broke off.
        """
        body = await read_body(request.receive, most_bytes=MOST_BYTES)
        address = await self._addresses.address(request.scope)
        for directive in violated(body):
            if not self._limit.allows(address):
                break
            self._count(directive)
        return self._done


def violated(body: bytes) -> Iterator[str]:
    """The directives that a body names, by the Reporting API or the older ``report-uri``."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return
    for each in said if isinstance(said, list) else [said]:
        if not isinstance(each, dict):
            continue
        if each.get("type") == "csp-violation":
            yield _directive(each.get("body"), "effectiveDirective")
        elif "csp-report" in each:
            yield _directive(each["csp-report"], "effective-directive", "violated-directive")


def _directive(report: Any, *names: str) -> str:
    """The first of the members that is a text: its first word, if that is a directive."""
    members = report if isinstance(report, dict) else {}
    said = next((members[name] for name in names if isinstance(members.get(name), str)), "")
    word = said[:64].partition(" ")[0]
    return word if word in DIRECTIVES else OTHER
