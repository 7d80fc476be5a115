"""The hot path: requests for reports, answered in front of any framework.

Shape of the address, key ring, one round trip to Redis, answer; whatever goes wrong becomes a
problem by ``problems`` and nothing else. The token says everything: a query string is not read.
"""

import logging

from starlette.types import Receive, Scope, Send

from common.cache import UnreadableReportError
from common.signing import LinkClaims, LinkError
from report_viewer.addresses import Target, parse
from report_viewer.answers import Answer
from report_viewer.asking import Asking
from report_viewer.errors import NotReadyError, ViewerError
from report_viewer.metrics import Metrics
from report_viewer.problem_answers import ProblemAnswers
from report_viewer.problems import problem_of
from report_viewer.representations import Representations
from report_viewer.verifying import Verifier

_log = logging.getLogger(__name__)


class Reports:
    """Answers every request below /api/reports."""

    def __init__(
        self,
        verifier: Verifier,
        representations: Representations,
        asking: Asking,
        problems: ProblemAnswers,
        metrics: Metrics,
    ) -> None:
        self._verifier = verifier
        self._representations = representations
        self._asking = asking
        self._problems = problems
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request. Its body, if any, is not read."""
        del receive
        headers = _headers(scope)
        try:
            answer = await self._answer(scope, headers)
        except (LinkError, ViewerError) as error:
            answer = self._refuse(error, headers)
        except Exception as error:  # noqa: BLE001 - logged, and the reader gets a page
            _log.exception("a report could not be answered")
            answer = self._refuse(error, headers)
        self._metrics.count(answer.status)
        await answer.send(send, head=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, headers: dict[bytes, str]) -> Answer:
        target = parse(scope.get("raw_path") or scope["path"].encode(), scope["method"])
        claims = self._verifier.open(target.token)
        try:
            return await self._represent(target, claims, headers)
        except UnreadableReportError as error:
            _log.warning("a cached report cannot be read and is computed again: %s", error)
            self._asking.for_report_again(claims)
            raise NotReadyError from error

    async def _represent(
        self, target: Target, claims: LinkClaims, headers: dict[bytes, str]
    ) -> Answer:
        coding = headers.get(b"accept-encoding", "")
        tags = headers.get(b"if-none-match", "")
        if target.csv:
            return await self._representations.csv(
                claims, accept_encoding=coding, if_none_match=tags
            )
        return await self._representations.page(
            target.token, claims, accept_encoding=coding, if_none_match=tags
        )

    def _refuse(self, error: Exception, headers: dict[bytes, str]) -> Answer:
        return self._problems.answer(problem_of(error), accept=headers.get(b"accept", ""))


def _headers(scope: Scope) -> dict[bytes, str]:
    """The request's headers, those sent more than once joined as they may be."""
    headers: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        text = value.decode("latin-1")
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return headers
