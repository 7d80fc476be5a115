"""Problems as answers: a page for a person, problem details for a program, by what they accept."""

from report_viewer.answers import NEVER_STORED, Answer, Headers, Security
from report_viewer.negotiation import wants_html
from report_viewer.pages import Pages
from report_viewer.problems import Problem


class ProblemAnswers:
    """Turns problems into answers."""

    def __init__(self, pages: Pages, security: Security) -> None:
        self._pages = pages
        self._security = security

    def answer(self, problem: Problem, *, accept: str) -> Answer:
        """The answer to a request with the ``Accept`` header ``accept``."""
        html = wants_html(accept)
        kind = b"text/html; charset=utf-8" if html else b"application/problem+json"
        headers: Headers = (
            (b"content-type", kind),
            NEVER_STORED,
            (b"vary", b"Accept"),
            *(self._security.page() if html else self._security.data()),
        )
        if problem.retry_after is not None:
            headers += ((b"retry-after", str(problem.retry_after).encode("ascii")),)
        if problem.allow is not None:
            headers += ((b"allow", problem.allow.encode("ascii")),)
        body = self._pages.problem(problem) if html else problem.json()
        return Answer(problem.status, headers, body)
