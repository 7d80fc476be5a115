"""The hot path: requests for reports, answered in front of any framework.

What was shown a moment ago is shown again at once (``instant``). Everything else goes the long way:
shape of the address, key ring, one round trip to Redis, answer; whatever goes wrong becomes a
problem by ``problems`` and nothing else. The token says everything: a query string is not read.

Programs that draw previews get a card in place of the report (``previews``). What people see and
download is counted (``views``); a GET of a page counts nothing.
"""

import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from starlette.types import Receive, Scope, Send

from common.links.token import LinkClaims, LinkError
from common.reports_cache.cache import UnreadableReportError
from report_viewer.cache.response_cache import Copies
from report_viewer.endpoints.preview_card import Previews
from report_viewer.endpoints.problems import ProblemAnswers
from report_viewer.endpoints.representations import Representations
from report_viewer.http import variant
from report_viewer.http.prepared_response import Unpacking, Wire
from report_viewer.http.response import NEVER_STORED, Answer, Security
from report_viewer.http.user_agent import Agents, Kind
from report_viewer.links.urls import Part, Target, parse
from report_viewer.links.verifier import Verifier
from report_viewer.loading.data_loader import STATE
from report_viewer.loading.job_requests import Asking
from report_viewer.loading.loader import Waiting
from report_viewer.loading.rate_limits import Failures
from report_viewer.metrics import Metrics
from report_viewer.problems.catalog import problem_of
from report_viewer.problems.errors import NotReadyError, ViewerError
from report_viewer.view_counts.counter import Counting
from report_viewer.view_counts.view_events import Loads, read_load

_READ: Final = frozenset({b"accept-encoding", b"accept-language", b"if-none-match", b"user-agent"})
_LONG_WAY: Final = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})
"""Headers of requests that are no plain GET; they take the long way."""

_CSV: Final = Part.CSV.value

_log = logging.getLogger(__name__)


class Reports:
    """Answers every request below /api/reports."""

    def __init__(
        self,
        *,
        copies: Copies,
        verifier: Verifier,
        representations: Representations,
        previews: Previews,
        waiting: Waiting,
        counting: Counting,
        asking: Asking,
        failures: Failures,
        problems: ProblemAnswers,
        metrics: Metrics,
        security: Security,
    ) -> None:
        self._copies = copies
        self._verifier = verifier
        self._representations = representations
        self._previews = previews
        self._waiting = waiting
        self._counting = counting
        self._asking = asking
        self._failures = failures
        self._problems = problems
        self._metrics = metrics
        self._agents = Agents()
        self._loads = Loads()
        self._heard = Wire(Answer(HTTPStatus.NO_CONTENT, (NEVER_STORED, *security.data()), b""))

    def instant(
        self, path: bytes, headers: Iterable[tuple[bytes, bytes]], *, head: bool = False
    ) -> Wire | None:
        """The answer to a GET or HEAD that nobody has to be asked for; None when there is none.

        ``path`` is raw, ``headers`` have names in lower case. The answer is counted: send it.
        """
        copy = self._copies.believed(path)
        if copy is None:
            return None
        asked = _plain(headers)
        if asked is None:
            return None
        kind, csv = self._kind(asked), path.endswith(_CSV)
        ready = copy.answers.get((variant.of_csv if csv else variant.of_page)(asked))
        if ready is None or kind is Kind.PREVIEWER:
            return None
        wire = ready.to(asked.get(b"if-none-match", b""))
        self._metrics.count(wire.status)
        if csv and kind is Kind.PERSON and not head:
            self._counting.download(copy.link.claims)
        return wire

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request. Only that of a view has a body that is read."""
        path, method = scope.get("raw_path") or scope["path"].encode(), scope["method"]
        head = method == "HEAD"
        if head or method == "GET":
            wire = self.instant(path, scope["headers"], head=head)
            if wire is not None:
                await wire.send(send, head=head)
                return
        await self._go_the_long_way(path, scope, receive, send)

    async def _go_the_long_way(
        self, path: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        headers, head = joined_headers(scope["headers"]), scope["method"] == "HEAD"
        try:
            target = parse(path, scope["method"])
            if target.part is Part.VIEW:
                answer: Wire | Unpacking = await self._hear(target, headers, receive)
            else:
                answer = await self._answer(target, headers, head=head)
        except (LinkError, ViewerError) as error:
            answer = self._refuse(await self._failures.judge(error, scope), headers)
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
        kind, tags = self._kind(headers), headers.get(b"if-none-match", b"")
        if kind is Kind.PREVIEWER:
            return await self._previews.card(target, claims, variant.of_page(headers))
        if not target.csv:
            page = await self._representations.page(target, claims, variant.of_page(headers))
            return page.to(tags)
        csv = await self._representations.csv(target, claims, variant.of_csv(headers))
        if kind is Kind.PERSON and not head:
            self._counting.download(claims)
        return csv.to(tags)

    async def _hear(self, target: Target, headers: dict[bytes, bytes], receive: Receive) -> Wire:
        """Count a page that says it is seen, once for each load of it, of a link that opens."""
        claims = self._verifier.open(target.token)
        await self._waiting.obtain(claims, STATE, csv=False)
        load = await read_load(receive)
        if self._kind(headers) is Kind.PERSON and self._loads.is_new(claims.link_id, load):
            self._counting.view(claims)
        return self._heard

    def _kind(self, headers: dict[bytes, bytes]) -> Kind:
        return self._agents.kind(headers.get(b"user-agent", b""))

    def _refuse(self, error: Exception, headers: dict[bytes, bytes]) -> Wire:
        accept = headers.get(b"accept", b"")
        if self._kind(headers) is Kind.PREVIEWER:
            accept = b"text/html"  # whatever it says: it looks for a card, and finds a neutral one
        language = headers.get(b"accept-language", b"").decode("latin-1")
        problem = problem_of(error)
        return Wire(
            self._problems.answer(problem, accept=accept.decode("latin-1"), language=language)
        )


def _plain(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes] | None:
    """The headers that a hot answer depends on; None where they need more than a look."""
    asked: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _READ:
            if name in asked:
                return None
            asked[name] = value
        elif name in _LONG_WAY:
            return None
    return asked


def joined_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The request's headers, those sent more than once joined as they may be."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    return {name: b", ".join(each) for name, each in values.items()}
