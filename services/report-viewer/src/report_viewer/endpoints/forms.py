"""Forms of a report beside its page and its CSV: each a file of one version of the report.

They are found, checked, waited for and refused as the page is, cached under their own path, and
named as the CSV is. A form in a language varies by ``Accept-Language`` as the page does.
"""

import asyncio
from http import HTTPStatus
from typing import Final

from common.i18n.locales import LOCALES
from common.links.token import LinkClaims
from common.reports_cache import cache
from report_viewer.cache.response_cache import ReportVersion, ResponseCache
from report_viewer.data import public_document
from report_viewer.endpoints.representations import LARGE_BYTES, entity_headers
from report_viewer.endpoints.revalidation import Revalidation
from report_viewer.http.cache_control import PRIVATE
from report_viewer.http.compression import compress
from report_viewer.http.etag import strong_etag
from report_viewer.http.prepared_response import PreparedResponse
from report_viewer.http.response import Response
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.http.variant import Variant
from report_viewer.i18n.formatting import DocumentFormatter, formatter_of
from report_viewer.links.request import ReportRequest
from report_viewer.loading.loader import ReportLoader
from report_viewer.loading.redis_store import PAGE

_VARIES: Final = (b"vary", b"Accept, Accept-Encoding, Accept-Language, User-Agent")
_JSON: Final = (b"content-type", b"application/json")


class Forms:
    """Forms of links that were verified."""

    def __init__(
        self,
        *,
        loader: ReportLoader,
        revalidation: Revalidation,
        responses: ResponseCache,
        security: SecurityHeaders,
    ) -> None:
        self._loader = loader
        self._revalidation = revalidation
        self._responses = responses
        self._headers = (PRIVATE, _VARIES, *security.data())
        self._making = asyncio.Lock()

    async def data(self, request: ReportRequest, asked: Variant) -> PreparedResponse:
        """The report as JSON, in the language and the coding of a page that is ``asked`` for.

        Raises:
            LinkError: the link was revoked.
            ViewerError: there is no report to show; see ``ReportLoader.load``.
            UnreadableReportError: what is cached cannot be read.
        """
        variant = asked._replace(form=request.url.resource.value)
        entry = self._responses.get(request.path)
        ready = entry.responses.get(variant) if entry is not None else None
        if entry is None or ready is None or not await self._revalidation.is_valid(request, entry):
            ready = await self._make_data(request, variant)
        return ready

    async def _make_data(self, request: ReportRequest, variant: Variant) -> PreparedResponse:
        snapshot = await self._loader.load(request, PAGE)
        link = self._responses.link(request.token, request.claims)
        version = self._revalidation.revalidate(link, snapshot)
        async with self._making:  # one at a time: see ``Representations``
            if len(snapshot.document) < LARGE_BYTES:
                ready = self._data(version, variant, snapshot.document, link.shown)
            else:
                ready = await asyncio.to_thread(
                    self._data, version, variant, snapshot.document, link.shown
                )
        self._responses.put(request.path, link, version, variant, ready)
        return ready

    def _data(
        self, version: ReportVersion, variant: Variant, document: bytes, shown: LinkClaims
    ) -> PreparedResponse:
        words = formatter_of(LOCALES[variant.language])
        figures = DocumentFormatter(cache.unpack_document(document), words)
        body = public_document.encode(figures)
        etag = strong_etag(body, variant.coding)
        headers = (
            _JSON,
            *self._headers,
            (b"content-language", variant.language.encode("ascii")),
            *entity_headers(etag, variant.coding, version, shown),
            disposition(version, ".json"),
        )
        return PreparedResponse(
            Response(HTTPStatus.OK, headers, compress(body, variant.coding)), etag
        )


def disposition(version: ReportVersion, ending: str) -> tuple[bytes, bytes]:
    """The file name of a form: the CSV's, with another ``ending``."""
    name = cache.unpack_meta(version.meta).csv_name.removesuffix(".csv") + ending
    return (b"content-disposition", f'attachment; filename="{name}"'.encode("ascii"))
