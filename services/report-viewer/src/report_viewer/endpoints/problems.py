"""Problem responses: a page for a browser, problem details (RFC 9457) for a program."""

from typing import Final
from zoneinfo import ZoneInfo

from common import instants
from common.http.accept import wants_html
from common.http.problem import MEDIA_TYPE
from common.i18n.locales import tag_of
from common.i18n.negotiation import choose_locale
from common.links.ranges import choosable
from report_pages.page_brand import UNBRANDED, PageBrand
from report_viewer.http.cache_control import NEVER_STORED
from report_viewer.http.response import Headers, Response
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.pages.renderer import PageRenderer
from report_viewer.problems.problem import Problem

_VARIES: Final = (b"vary", b"Accept, Accept-Language, User-Agent")


class ProblemResponses:
    """Renders problems."""

    def __init__(self, pages: PageRenderer, security: SecurityHeaders) -> None:
        self._pages = pages
        self._security = security

    def respond(
        self,
        problem: Problem,
        *,
        accept: str,
        language: str = "",
        brand: PageBrand = UNBRANDED,
    ) -> Response:
        """The response to a request with these headers, ``Accept`` and ``Accept-Language``."""
        html, locale = wants_html(accept), choose_locale(language)
        kind = b"text/html; charset=utf-8" if html else MEDIA_TYPE.encode("ascii")
        form = bool(problem.unlock or problem.days_form)
        headers: Headers = (
            (b"content-type", kind),
            NEVER_STORED,
            _VARIES,
            *(
                self._security.page(form=form, style=brand.source)
                if html
                else self._security.data()
            ),
        )
        if problem.retry_after is not None:
            headers += ((b"retry-after", str(problem.retry_after).encode("ascii")),)
        if problem.challenge is not None:
            headers += ((b"www-authenticate", problem.challenge.encode("ascii")),)
        if problem.allow is not None:
            headers += ((b"allow", problem.allow.encode("ascii")),)
        if not html:
            return Response(problem.status, headers, problem.json())
        headers += ((b"content-language", tag_of(locale).encode("ascii")),)
        zone = ZoneInfo(problem.zone)
        first, last = choosable(zone, now=instants.now())
        bounds = (first.isoformat(), last.isoformat())
        body = self._pages.problem(problem, locale, brand, bounds)
        return Response(problem.status, headers, body)
