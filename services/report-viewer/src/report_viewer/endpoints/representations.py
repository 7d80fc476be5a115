"""Representations of a report (RFC 9110): its page and its CSV, with entity tags.

Entity tags are strong: a page's is taken from its text, a CSV's from the report's ``meta`` field,
whose data it is of and which no other report of that key shares. Each coding has its own.
"""

import asyncio
from http import HTTPStatus
from typing import Final

from cachetools import LRUCache

from common.i18n.locales import LOCALES
from common.links.link_claims import LinkClaims
from common.links.options import LinkKind
from common.reports_cache import report_fields
from report_pages import row_pages
from report_pages.page_brand import PageBrand
from report_viewer.cache.page_cache import KEPT, PageCache
from report_viewer.cache.response_cache import CachedLink, CacheEntry, ReportVersion, ResponseCache
from report_viewer.endpoints.branding import Branding
from report_viewer.endpoints.entity_headers import entity_headers
from report_viewer.endpoints.revalidation import Revalidation
from report_viewer.http.cache_control import PRIVATE
from report_viewer.http.compression import Coding, compress
from report_viewer.http.etag import strong_etag
from report_viewer.http.gunzip_stream import GunzipStream
from report_viewer.http.prepared_response import PreparedResponse
from report_viewer.http.response import Headers, Response
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.http.variant import Variant
from report_viewer.links.request import ReportRequest
from report_viewer.links.urls import Resource
from report_viewer.loading.loader import ReportLoader
from report_viewer.loading.redis_store import CSV, PAGE, key_of
from report_viewer.pages.renderer import LinkStatement, PageRenderer
from report_viewer.problems.errors import NoSuchPathError

PAGE_VARIES: Final = (b"vary", b"Accept, Accept-Encoding, Accept-Language, User-Agent")
"""What a page, and a card in its place, varies by."""
_CSV_VARIES: Final = (b"vary", b"Accept, Accept-Encoding, User-Agent")
_GZIPPED: Final = Variant(Coding.GZIP)
LARGE_BYTES: Final = 256 * 1024
"""Compressed bodies from this size on are unpacked by pieces and in a thread."""


class Representations:
    """Pages and CSVs of links that were verified."""

    def __init__(
        self,
        *,
        loader: ReportLoader,
        revalidation: Revalidation,
        responses: ResponseCache,
        renderer: PageRenderer,
        security: SecurityHeaders,
        branding: Branding,
    ) -> None:
        self._loader = loader
        self._branding = branding
        self._revalidation = revalidation
        self._responses = responses
        self._renderer = renderer
        self._drawing = asyncio.Lock()
        self._pages: PageCache = LRUCache(KEPT)
        self._security = security
        self._of_pages: Headers = (
            (b"content-type", b"text/html; charset=utf-8"),
            PRIVATE,
            PAGE_VARIES,
        )
        self._csv_headers: Headers = (
            (b"content-type", b"text/csv; charset=utf-8"),
            PRIVATE,
            _CSV_VARIES,
            *security.data(),
        )

    async def page(self, request: ReportRequest, variant: Variant) -> PreparedResponse:
        """The report's page.

        Raises:
            LinkError: the link was revoked.
            ViewerError: there is no page to show; see ``ReportLoader.load``.
            UnreadableReportError: what is cached cannot be read.
        """
        ready = await self._revalidation.cached(request, variant)
        return ready or await self._draw(request, variant)

    async def csv(
        self, request: ReportRequest, variant: Variant
    ) -> PreparedResponse | GunzipStream:
        """The report's CSV; stored compressed, and sent so where that is accepted.

        Raises:
            LinkError, ViewerError, UnreadableReportError: as ``page``.
        """
        entry = self._responses.get(request.path)
        packed = entry.responses.get(_GZIPPED) if entry is not None else None
        if entry is None or packed is None or not await self._revalidation.is_valid(request, entry):
            entry, packed = await self._gzipped_csv(request)
        if variant == _GZIPPED:
            return packed
        return entry.responses.get(variant) or self._plain_csv(request, entry, packed)

    async def rows(self, request: ReportRequest, variant: Variant) -> PreparedResponse:
        """A page of the CSV's rows, below its header; see ``row_pages``.

        Raises:
            NoSuchPathError: the CSV ends before that page.
            LinkError, ViewerError, UnreadableReportError: as ``page``.
        """
        ready = await self._revalidation.cached(request, variant)
        return ready or await self._cut(request, variant)

    async def _cut(self, request: ReportRequest, variant: Variant) -> PreparedResponse:
        snapshot = await self._loader.load(request, CSV)
        link = self._responses.link(request.kept_at, request.claims)
        version = self._revalidation.revalidate(link, snapshot)
        try:
            body = await asyncio.to_thread(row_pages.cut, snapshot.csv, request.url.number)
        except row_pages.NoSuchRowsError as error:
            raise NoSuchPathError from error
        etag = strong_etag(body, variant.coding)
        headers = (*self._csv_headers, *entity_headers(etag, variant.coding, version, link.shown))
        answer = Response(HTTPStatus.OK, headers, compress(body, variant.coding))
        ready = PreparedResponse(answer, etag)
        self._responses.put(request.path, link, version, variant, ready)
        return ready

    async def _draw(self, request: ReportRequest, variant: Variant) -> PreparedResponse:
        snapshot = await self._loader.load(request, PAGE)
        link = self._responses.link(request.kept_at, request.claims)
        version = self._revalidation.revalidate(link, snapshot)
        brand = await self._branding.of_page(request.claims.tenant_id, version.brand)
        # One at a time, and a turn of the event loop for each: a crowd of links whose report has
        # just been finished does not keep other requests waiting.
        async with self._drawing:
            entry = self._responses.get(request.path)
            if entry is not None and entry.version is version and variant in entry.responses:
                return entry.responses[variant]
            document = snapshot.document
            if len(document) < LARGE_BYTES:
                ready = self._page(request, link, version, variant, document, brand)
            else:
                ready = await asyncio.to_thread(
                    self._page, request, link, version, variant, document, brand
                )
            if brand.whole:
                self._responses.put(request.path, link, version, variant, ready)
            return ready

    def _page(
        self,
        request: ReportRequest,
        link: CachedLink,
        version: ReportVersion,
        variant: Variant,
        document: bytes,
        brand: PageBrand,
    ) -> PreparedResponse:
        compact = request.url.resource is Resource.EMBED
        stated = _stated(link.shown, first=link.claims.report, compact=compact)
        key = (key_of(link.shown).cached, version, variant.language, stated, brand.whole)
        page = self._pages.get(key)
        if page is None:
            made = report_fields.unpack_document(document)
            page = self._renderer.shared_page(
                made, version.freshness, LOCALES[variant.language], stated, brand
            )
            self._pages[key] = page
        own = page.for_link(token=request.token, expires_at=link.claims.expires_at)
        etag = own.etag(variant.coding)
        headers = (
            *self._headers_of(link.shown, stated, brand.source),
            (b"content-language", variant.language.encode("ascii")),
            *entity_headers(etag, variant.coding, version, link.shown),
        )
        return PreparedResponse(Response(HTTPStatus.OK, headers, own.body(variant.coding)), etag)

    def _headers_of(self, shown: LinkClaims, stated: LinkStatement, style: bytes) -> Headers:
        if stated.compact:
            frame = self._security.frame(shown.options.embed, style=style)
            return (*self._of_pages, *frame)
        page = self._security.page(form=stated.asks_days, style=style)
        return (*self._of_pages, *page)

    async def _gzipped_csv(self, request: ReportRequest) -> tuple[CacheEntry, PreparedResponse]:
        snapshot = await self._loader.load(request, CSV)
        link = self._responses.link(request.kept_at, request.claims)
        version = self._revalidation.revalidate(link, snapshot)
        entry = self._responses.get(request.path)
        if entry is not None and entry.version is version and _GZIPPED in entry.responses:
            return entry, entry.responses[_GZIPPED]
        ready = self._csv(link, version, Coding.GZIP, snapshot.csv)
        put = self._responses.put(request.path, link, version, _GZIPPED, ready)
        return put, ready

    def _plain_csv(
        self, request: ReportRequest, entry: CacheEntry, packed: PreparedResponse
    ) -> PreparedResponse | GunzipStream:
        body = packed.answer.body
        if len(body) >= LARGE_BYTES:
            ready = self._csv(entry.link, entry.version, Coding.IDENTITY, body)
            return GunzipStream(ready.answer, ready.etag)
        ready = self._csv(
            entry.link, entry.version, Coding.IDENTITY, report_fields.unpack_csv(body)
        )
        self._responses.put(
            request.path, entry.link, entry.version, Variant(Coding.IDENTITY), ready
        )
        return ready

    def _csv(
        self, link: CachedLink, version: ReportVersion, coding: Coding, body: bytes
    ) -> PreparedResponse:
        name = report_fields.unpack_meta(version.meta).csv_name
        etag = strong_etag(key_of(link.shown).cached.encode() + b"\0" + version.meta, coding)
        headers = (
            *self._csv_headers,
            *entity_headers(etag, coding, version, link.shown),
            (b"content-disposition", f'attachment; filename="{name}"'.encode("ascii")),
        )
        return PreparedResponse(Response(HTTPStatus.OK, headers, body), etag)


def _stated(claims: LinkClaims, *, first: str, compact: bool) -> LinkStatement:
    """What a page says of its link, which opens the report ``first`` by itself."""
    kind = claims.options.kind
    frozen_at = claims.issued_at if kind is LinkKind.FROZEN else None
    options = claims.options
    return LinkStatement(
        kind,
        frozen_at,
        options.ranges,
        claims.choice,
        compact,
        options.compare,
        options.reports,
        first if options.board else "",
        framed=bool(options.embed),
        changes=options.changes,
    )
