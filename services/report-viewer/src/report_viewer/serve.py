"""The hot path: requests for reports, answered in front of any framework.

What was shown a moment ago is shown again at once (``instant``). Everything else goes the long way:
shape of the address, key ring, one round trip to Redis, answer; whatever goes wrong becomes a
problem by ``problems`` and nothing else. The token says everything: a query string is not read.
"""

import logging
from collections.abc import Iterable

from starlette.types import Receive, Scope, Send

from common.cache import UnreadableReportError
from common.signing import LinkClaims, LinkError
from report_viewer.addresses import Target, parse
from report_viewer.asking import Asking
from report_viewer.copies import Copies
from report_viewer.errors import NotReadyError, ViewerError
from report_viewer.metrics import Metrics
from report_viewer.problem_answers import ProblemAnswers
from report_viewer.problems import problem_of
from report_viewer.ready import Unpacking, Wire
from report_viewer.representations import Representations
from report_viewer.verifying import Verifier
from report_viewer.views import Counting, ViewCount

_LONG_WAY = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})
"""Headers of requests that are no plain GET; they take the long way."""

_log = logging.getLogger(__name__)


class Reports:
    """Answers every request below /api/reports."""

    def __init__(
        self,
        *,
        copies: Copies,
        verifier: Verifier,
        representations: Representations,
        counting: Counting,
        asking: Asking,
        problems: ProblemAnswers,
        metrics: Metrics,
    ) -> None:
        self._copies = copies
        self._verifier = verifier
        self._representations = representations
        self._counting = counting
        self._asking = asking
        self._problems = problems
        self._metrics = metrics

    def instant(
        self, path: bytes, headers: Iterable[tuple[bytes, bytes]], *, head: bool = False
    ) -> Wire | None:
        """The answer to a GET or HEAD that nobody has to be asked for; None when there is none.

        ``path`` is raw, ``headers`` have names in lower case. The answer is counted: send it.
        """
        copy = self._copies.believed(path)
        if copy is None:
            return None
        coding = tags = agent = b""
        for name, value in headers:
            if name == b"accept-encoding":
                if coding:
                    return None
                coding = value
            elif name == b"if-none-match":
                if tags:
                    return None
                tags = value
            elif name == b"user-agent":
                agent = value
            elif name in _LONG_WAY:
                return None
        ready = copy.spelled(coding)
        if ready is None:
            return None
        wire = ready.to(tags)
        self._metrics.count(wire.status)
        self._view(ready.views, agent, head=head)
        return wire

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request. Its body, if any, is not read."""
        del receive
        path, method = scope.get("raw_path") or scope["path"].encode(), scope["method"]
        head = method == "HEAD"
        if head or method == "GET":
            wire = self.instant(path, scope["headers"], head=head)
            if wire is not None:
                await wire.send(send, head=head)
                return
        await self._go_the_long_way(path, scope, send)

    async def _go_the_long_way(self, path: bytes, scope: Scope, send: Send) -> None:
        headers, head = _headers(scope), scope["method"] == "HEAD"
        try:
            answer = await self._answer(parse(path, scope["method"]), headers, head=head)
        except (LinkError, ViewerError) as error:
            answer = self._refuse(error, headers)
        except Exception as error:  # noqa: BLE001 - logged, and the reader gets a page
            _log.exception("a report could not be answered")
            answer = self._refuse(error, headers)
        self._metrics.count(answer.status)
        await answer.send(send, head=head)

    async def _answer(
        self, target: Target, headers: dict[bytes, bytes], *, head: bool
    ) -> Wire | Unpacking:
        claims = self._verifier.open(target.token)
        try:
            return await self._represent(target, claims, headers, head=head)
        except UnreadableReportError as error:
            _log.warning("a cached report cannot be read and is computed again: %s", error)
            self._asking.for_report_again(claims)
            raise NotReadyError from error

    async def _represent(
        self, target: Target, claims: LinkClaims, headers: dict[bytes, bytes], *, head: bool
    ) -> Wire | Unpacking:
        coding = headers.get(b"accept-encoding", b"")
        tags = headers.get(b"if-none-match", b"")
        if target.csv:
            return (await self._representations.csv(target, claims, coding)).to(tags)
        page = await self._representations.page(target, claims, coding)
        self._view(page.views, headers.get(b"user-agent", b""), head=head)
        return page.to(tags)

    def _view(self, views: ViewCount | None, agent: bytes, *, head: bool) -> None:
        if views is not None and not head and not self._counting.is_bot(agent):
            views.add()

    def _refuse(self, error: Exception, headers: dict[bytes, bytes]) -> Wire:
        accept = headers.get(b"accept", b"").decode("latin-1")
        return Wire(self._problems.answer(problem_of(error), accept=accept))


def _headers(scope: Scope) -> dict[bytes, bytes]:
    """The request's headers, those sent more than once joined as they may be."""
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        headers[name] = b"%b, %b" % (headers[name], value) if name in headers else value
    return headers
