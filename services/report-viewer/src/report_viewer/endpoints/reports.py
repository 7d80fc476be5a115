"""Reports endpoint: the hot path, an ASGI application below /api/reports without a framework.

Fresh entries of the response cache are sent at once (``cached_response``). Every other request is
parsed, its token verified, its link and report read by one round trip to Redis; whatever goes wrong
becomes a problem by ``problems`` and nothing else. The token says everything: a query string is not
read, but for the room that a site has for a frame (``oembed``).

Programs that draw previews get a card in place of the report. What people see and download is
counted (``view_counts``); a GET of a page counts nothing.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from time import perf_counter
from typing import Final

from starlette.types import Receive, Scope, Send

from common.http.accept import wants_html
from common.http.link_hosts import LinkHosts
from common.links.link_claims import LinkClaims
from common.links.reader_choice import AS_SHARED
from common.links.token import LinkError
from common.reports_cache.report_fields import UnreadableReportError
from report_pages.page_brand import UNBRANDED, PageBrand
from report_viewer.cache.response_cache import ResponseCache
from report_viewer.endpoints.branding import UTC, Branding
from report_viewer.endpoints.changes_since import ChangesSince
from report_viewer.endpoints.choosing_days import DayChooser
from report_viewer.endpoints.counting_views import SeenPages
from report_viewer.endpoints.forms import Forms
from report_viewer.endpoints.oembed import OEmbed
from report_viewer.endpoints.preview_card import PreviewCards
from report_viewer.endpoints.problems import ProblemResponses
from report_viewer.endpoints.representations import Representations
from report_viewer.endpoints.unlocking import Unlocking
from report_viewer.http import variant
from report_viewer.http.gunzip_stream import GunzipStream
from report_viewer.http.proof_cookie import proof_of
from report_viewer.http.request_headers import cacheable, joined_headers
from report_viewer.http.response import WireResponse
from report_viewer.http.user_agent import ClientKind, classify
from report_viewer.links.accepted import as_accepted
from report_viewer.links.request import ReportRequest
from report_viewer.links.urls import ReportUrl, Resource, parse
from report_viewer.links.verifier import Verifier
from report_viewer.loading.job_requests import JobRequests
from report_viewer.loading.loader import ReportLoader
from report_viewer.loading.rate_limits import InvalidTokenLimit
from report_viewer.metrics import Metrics
from report_viewer.model import Heat
from report_viewer.problems.catalog import problem_of
from report_viewer.problems.errors import NotReadyError, ViewerError
from report_viewer.view_counts.counter import ViewCounter

_CSV: Final = Resource.CSV.value
CACHE_ASKED: Final = "report_viewer.cache_asked"
"""In a request's state: the fast path has asked the response cache, which had no answer."""

_log = logging.getLogger(__name__)


class ReportsEndpoint:
    """Answers every request below /api/reports."""

    def __init__(
        self,
        *,
        cache: ResponseCache,
        verifier: Verifier,
        representations: Representations,
        forms: Forms,
        changes: ChangesSince,
        cards: PreviewCards,
        oembed: OEmbed,
        unlocking: Unlocking,
        days: DayChooser,
        seen: SeenPages,
        loader: ReportLoader,
        views: ViewCounter,
        jobs: JobRequests,
        invalid_tokens: InvalidTokenLimit,
        problems: ProblemResponses,
        branding: Branding,
        metrics: Metrics,
        hosts: LinkHosts,
    ) -> None:
        self._cache = cache
        self._verifier = verifier
        self._representations = representations
        self._forms = forms
        self._changes = changes
        self._cards = cards
        self._oembed = oembed
        self._unlocking = unlocking
        self._days = days
        self._seen = seen
        self._loader = loader
        self._views = views
        self._jobs = jobs
        self._invalid_tokens = invalid_tokens
        self._problems = problems
        self._branding = branding
        self._metrics = metrics
        self._hosts = hosts
        self._own_hosts = hosts or None

    def cached_response(
        self, path: bytes, headers: Iterable[tuple[bytes, bytes]], *, head: bool = False
    ) -> WireResponse | None:
        """The response to a GET or HEAD that needs no question to Redis; None when there is none.

        ``path`` is raw, ``headers`` have names in lower case. The response is counted: send it.
        """
        began = perf_counter()
        entry = self._cache.fresh_entry(path)
        if entry is None:
            return None
        asked = cacheable(headers)
        if asked is None:
            return None
        kind, csv = classify(asked.get(b"user-agent", b"")), path.endswith(_CSV)
        ready = entry.responses.get((variant.of_csv if csv else variant.of_page)(asked))
        if ready is None or kind is ClientKind.PREVIEWER:
            return None
        hosts = self._own_hosts
        if hosts is not None and hosts.asked(headers) not in {"", entry.link.host}:
            return None
        wire = ready.conditional(asked.get(b"if-none-match", b""))
        self._metrics.count(wire.status)
        self._metrics.served_again(entry.version.freshness)
        if self._metrics.is_timed():
            self._metrics.loaded(Heat.HOT, perf_counter() - began)
        if csv and kind is ClientKind.PERSON and not head:
            self._views.download(entry.link.shown)
        return wire

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request. Only that of a view has a body that is read."""
        path, method = scope.get("raw_path") or scope["path"].encode(), scope["method"]
        head = method == "HEAD"
        if (head or method == "GET") and not scope.get("state", {}).get(CACHE_ASKED):
            wire = self.cached_response(path, scope["headers"], head=head)
            if wire is not None:
                await wire.send(send, head=head)
                return
        await self._respond_uncached(path, scope, receive, send)

    async def _respond_uncached(
        self, path: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        headers, head = joined_headers(scope["headers"]), scope["method"] == "HEAD"
        claims, host = None, self._hosts.asked(scope["headers"])
        try:
            url = as_accepted(parse(path, scope["method"]), headers.get(b"accept", b""))
            claims = self._claims(url)
            request = ReportRequest(
                url,
                claims,
                proof_of(headers.get(b"cookie", b"")),
                self._verifier.keys,
                host,
            )
            answer: WireResponse | GunzipStream
            if url.resource is Resource.VIEW:
                answer = await self._seen.count(request, self._client(headers), scope, receive)
            elif url.resource is Resource.UNLOCK:
                answer = await self._unlocking.unlock(request, headers, scope, receive)
            elif url.resource is Resource.OEMBED:
                asked, query = variant.of_page(headers), scope.get("query_string", b"")
                answer = await self._oembed.describe(request, asked, query)
            elif url.resource is Resource.RANGE:
                answer = await self._days.choose(request, receive)
            else:
                answer = await self._answer(request, headers, head=head)
        except (LinkError, ViewerError) as error:
            at_home = await self._branding.at_home(error, claims, host)
            found = await self._invalid_tokens.check(at_home, scope)
            brand = await self._brand(found, claims, headers)
            answer = self._problem(found, headers, await self._branding.zone(found, claims), brand)
        except Exception as error:  # noqa: BLE001 - logged, and the reader gets a page
            _log.exception("a report could not be answered")
            answer = self._problem(error, headers)
        self._metrics.count(answer.status)
        await answer.send(send, head=head)

    def _claims(self, url: ReportUrl) -> LinkClaims:
        claims, as_now = self._verifier.verify(url.token), url.resource.is_of_changes
        if url.choice == AS_SHARED and not as_now:
            return claims
        return replace(claims, choice=url.choice, as_now=as_now)

    async def _answer(
        self, request: ReportRequest, headers: dict[bytes, bytes], *, head: bool
    ) -> WireResponse | GunzipStream:
        try:
            return await self._represent(request, headers, head=head)
        except UnreadableReportError as error:
            _log.warning("a cached report cannot be read and is computed again: %s", error)
            shown = self._loader.shown(request.claims)
            self._jobs.recompute(shown)
            if shown.as_now:  # or it was the frozen one
                self._jobs.recompute(replace(shown, as_now=False))
            raise NotReadyError from error

    async def _represent(
        self, request: ReportRequest, headers: dict[bytes, bytes], *, head: bool
    ) -> WireResponse | GunzipStream:
        kind, tags = self._client(headers), headers.get(b"if-none-match", b"")
        if kind is ClientKind.PREVIEWER:
            return await self._cards.card(request, variant.of_page(headers))
        if request.url.resource in {Resource.PAGE, Resource.EMBED}:
            page = await self._representations.page(request, variant.of_page(headers))
            return page.conditional(tags)
        if request.url.resource.is_of_changes:
            changes = await self._changes.represent(request, variant.of_page(headers))
            return changes.conditional(tags)
        if request.url.resource is Resource.ROWS:
            rows = await self._representations.rows(request, variant.of_rows(headers))
            return rows.conditional(tags)
        if request.csv:
            file = await self._representations.csv(request, variant.of_csv(headers))
        elif request.url.resource is Resource.DATA:
            file = await self._forms.data(request, variant.of_page(headers))
        else:
            file = await self._forms.file(request, variant.of_file(headers))
        if kind is ClientKind.PERSON and not head:
            self._views.download(self._loader.shown(request.claims))
        return file.conditional(tags)

    def _client(self, headers: dict[bytes, bytes]) -> ClientKind:
        return classify(headers.get(b"user-agent", b""))

    async def _brand(
        self, error: Exception, claims: LinkClaims | None, headers: dict[bytes, bytes]
    ) -> PageBrand:
        """What the page of an error shows of a tenant; a preview shows nothing."""
        accept = headers.get(b"accept", b"").decode("latin-1")
        if self._client(headers) is ClientKind.PREVIEWER or not wants_html(accept):
            return UNBRANDED
        return await self._branding.of_problem(error, claims)

    def _problem(
        self,
        error: Exception,
        headers: dict[bytes, bytes],
        zone: str = UTC,
        brand: PageBrand = UNBRANDED,
    ) -> WireResponse:
        accept = headers.get(b"accept", b"")
        if self._client(headers) is ClientKind.PREVIEWER:
            accept = b"text/html"  # whatever it says: it looks for a card, and finds a neutral one
        language = headers.get(b"accept-language", b"").decode("latin-1")
        problem = replace(problem_of(error), zone=zone)
        return WireResponse(
            self._problems.respond(
                problem, accept=accept.decode("latin-1"), language=language, brand=brand
            )
        )
