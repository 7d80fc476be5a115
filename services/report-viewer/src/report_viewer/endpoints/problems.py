"""Problems as answers: a page for a person, problem details for a program, by what they accept."""

from typing import Final

from common.http.problem import MEDIA_TYPE
from report_viewer.http.negotiation import choose_locale, wants_html
from report_viewer.http.response import NEVER_STORED, Answer, Headers, Security
from report_viewer.pages.renderer import Pages
from report_viewer.problems.catalog import Problem

_VARIES: Final = (b"vary", b"Accept, Accept-Language, User-Agent")


class ProblemAnswers:
    """Turns problems into answers."""

    def __init__(self, pages: Pages, security: Security) -> None:
        self._pages = pages
        self._security = security

    def answer(self, problem: Problem, *, accept: str, language: str = "") -> Answer:
        """The answer to a request with these headers, ``Accept`` and ``Accept-Language``."""
        html, locale = wants_html(accept), choose_locale(language)
        kind = b"text/html; charset=utf-8" if html else MEDIA_TYPE.encode("ascii")
        headers: Headers = (
            (b"content-type", kind),
            NEVER_STORED,
            _VARIES,
            *(self._security.page() if html else self._security.data()),
        )
        if problem.retry_after is not None:
            headers += ((b"retry-after", str(problem.retry_after).encode("ascii")),)
        if problem.allow is not None:
            headers += ((b"allow", problem.allow.encode("ascii")),)
        if not html:
            return Answer(problem.status, headers, problem.json())
        headers += ((b"content-language", locale.language.encode("ascii")),)
        body = self._pages.problem(problem, locale)
        return Answer(problem.status, headers, body)
