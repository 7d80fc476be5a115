"""Changes since: a frozen link's report beside the one of its days as it is now, in three forms.

What is frozen never changes, so that responses count for as long as the report of now does: they
are kept, revalidated and made anew with that one, which is computed like any other.
"""

import asyncio
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from common.i18n.locales import LOCALES
from common.i18n.report_words import formatter_of
from common.reports_cache import report_fields
from report_pages.page_brand import PageBrand
from report_pages.since.comparing import Side, compare
from report_pages.since.telling import Told
from report_viewer.cache.response_cache import CachedLink, ReportVersion, ResponseCache
from report_viewer.data import public_changes
from report_viewer.endpoints.branding import Branding
from report_viewer.endpoints.entity_headers import entity_headers
from report_viewer.endpoints.forms import disposition
from report_viewer.endpoints.representations import PAGE_VARIES
from report_viewer.endpoints.revalidation import Revalidation
from report_viewer.http.cache_control import PRIVATE
from report_viewer.http.compression import compress
from report_viewer.http.etag import strong_etag
from report_viewer.http.prepared_response import PreparedResponse
from report_viewer.http.response import Headers, Response
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.http.variant import Variant
from report_viewer.links.request import ReportRequest
from report_viewer.links.urls import Resource
from report_viewer.loading.loader import ReportLoader
from report_viewer.loading.redis_store import Snapshot
from report_viewer.pages.renderer import PageRenderer

_WHOLE: Final = ("meta", "document", "csv")
_TYPES: Final = {
    Resource.CHANGED: b"text/html; charset=utf-8",
    Resource.CHANGED_CSV: b"text/csv; charset=utf-8",
    Resource.CHANGED_DATA: b"application/json",
}


class ChangesSince:
    """Tells what has changed of links that were verified, and let their readers see it."""

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
        self._revalidation = revalidation
        self._responses = responses
        self._renderer = renderer
        self._branding = branding
        self._security = security
        self._data: Headers = (PRIVATE, PAGE_VARIES, *security.data())
        self._comparing = asyncio.Lock()

    async def represent(self, request: ReportRequest, asked: Variant) -> PreparedResponse:
        """The form of the request's path, in the language and the coding that are asked for.

        Raises:
            LinkError: the link was revoked.
            ViewerError: there is nothing to tell; see ``ReportLoader.load``.
            UnreadableReportError: what is cached cannot be read.
        """
        variant = asked._replace(form=request.url.resource.value)
        ready = await self._revalidation.cached(request, variant)
        return ready or await self._make(request, variant)

    async def _make(self, request: ReportRequest, variant: Variant) -> PreparedResponse:
        frozen = replace(request, claims=replace(request.claims, as_now=False))
        now, then = await self._both(request, frozen)
        link = self._responses.link(request.kept_at, request.claims)
        version = self._revalidation.revalidate(link, now)
        brand = await self._branding.of_page(request.claims.tenant_id, version.brand)
        async with self._comparing:  # one at a time: see ``Representations``
            ready = await asyncio.to_thread(
                self._made, request, link, version, variant, _side(then), _side(now), brand
            )
        if brand.whole:
            self._responses.put(request.path, link, version, variant, ready)
        return ready

    async def _both(self, *wanted: ReportRequest) -> list[Snapshot]:
        """The snapshots of both; they are waited for together, as long as for one."""
        loads = [asyncio.ensure_future(self._loader.load(each, _WHOLE)) for each in wanted]
        try:
            return await asyncio.gather(*loads)
        finally:
            for each in loads:
                each.cancel()

    def _made(
        self,
        request: ReportRequest,
        link: CachedLink,
        version: ReportVersion,
        variant: Variant,
        then: Side,
        now: Side,
        brand: PageBrand,
    ) -> PreparedResponse:
        resource = request.url.resource
        words = formatter_of(LOCALES[variant.language])
        told = Told.of(compare(then, now), words, link.claims.issued_at)
        if resource is Resource.CHANGED:
            headers: Headers = (PRIVATE, PAGE_VARIES, *self._security.page(style=brand.source))
            body = self._renderer.changed(
                told,
                place=request.place,
                expires_at=link.claims.expires_at,
                freshness=version.freshness,
                brand=brand,
            )
        else:
            ending = "-changed.csv" if resource is Resource.CHANGED_CSV else "-changed.json"
            headers = (*self._data, disposition(version, ending))
            is_csv = resource is Resource.CHANGED_CSV
            body = (
                public_changes.csv(told.since)
                if is_csv
                else public_changes.encode(told, brand.name or told.since.now.tenant_name)
            )
        etag = strong_etag(body, variant.coding)
        told_headers = (
            (b"content-type", _TYPES[resource]),
            *headers,
            (b"content-language", variant.language.encode("ascii")),
            *entity_headers(etag, variant.coding, version, link.shown),
        )
        answer = Response(HTTPStatus.OK, told_headers, compress(body, variant.coding))
        return PreparedResponse(answer, etag)


def _side(snapshot: Snapshot) -> Side:
    return Side(report_fields.unpack_document(snapshot.document), snapshot.csv)
