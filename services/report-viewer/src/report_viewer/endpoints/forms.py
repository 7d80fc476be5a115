"""Forms of a report beside its page and its CSV: each a file of one version of the report.

They are found, checked, waited for and refused as the page is, cached under their own path, and
named as the CSV is. A form in a language varies by ``Accept-Language`` as the page does.
"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final, NamedTuple

from common.i18n.locales import LOCALES
from common.i18n.report_words import formatter_of
from common.links import brand as brands
from common.links.link_claims import LinkClaims
from common.reports_cache import report_fields
from common.reports_cache.forms import Form, FormWanted
from report_pages.formatting import DocumentFormatter
from report_pages.page_brand import page_brand
from report_viewer.cache.response_cache import ReportVersion, ResponseCache
from report_viewer.data import public_document
from report_viewer.endpoints.entity_headers import entity_headers
from report_viewer.endpoints.openapi import XLSX
from report_viewer.endpoints.representations import LARGE_BYTES
from report_viewer.endpoints.revalidation import Revalidation
from report_viewer.http.cache_control import PRIVATE
from report_viewer.http.compression import Coding, compress
from report_viewer.http.etag import strong_etag
from report_viewer.http.prepared_response import PreparedResponse
from report_viewer.http.response import Response
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.http.variant import Variant
from report_viewer.links.request import ReportRequest
from report_viewer.links.urls import Resource
from report_viewer.loading.loader import ReportLoader
from report_viewer.loading.redis_store import META, PAGE

_VARIES: Final = (b"vary", b"Accept, Accept-Encoding, Accept-Language, User-Agent")


class FileKind(NamedTuple):
    """A form that workers make: its media type, the end of its name, whether it is kept gzipped."""

    form: Form
    media_type: bytes
    ending: str
    gzipped: bool = False


FILES: Final[Mapping[Resource, FileKind]] = MappingProxyType(
    {
        Resource.XLSX: FileKind(Form.XLSX, XLSX.encode("ascii"), ".xlsx"),
        Resource.PDF: FileKind(Form.PDF, b"application/pdf", ".pdf"),
        Resource.LOCAL_CSV: FileKind(
            Form.LOCAL_CSV, b"text/csv; charset=utf-8", ".csv", gzipped=True
        ),
    }
)
"""The forms that workers make, by where they are."""
MOST_KEPT_BYTES: Final = 1024 * 1024
"""A longer file is read from Redis each time: it would take the place of many pages."""
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
        ready = await self._revalidation.cached(request, variant)
        return ready or await self._make_data(request, variant)

    async def file(self, request: ReportRequest, asked: Variant) -> PreparedResponse:
        """A form that a worker makes, in the language and the coding (gzip at most) of ``asked``.

        Raises:
            LinkError, ViewerError, UnreadableReportError: as ``data``.
        """
        resource = request.url.resource
        kind = FILES[resource]
        packed = kind.gzipped and asked.coding is not Coding.IDENTITY
        coding = Coding.GZIP if packed else Coding.IDENTITY
        variant = Variant(coding, asked.language, resource.value)
        ready = await self._revalidation.cached(request, variant)
        return ready or await self._load_file(request, variant)

    async def _load_file(self, request: ReportRequest, variant: Variant) -> PreparedResponse:
        kind = FILES[request.url.resource]
        wanted = FormWanted(kind.form, variant.language)
        snapshot = await self._loader.load(request, META, wanted)
        link = self._responses.link(request.kept_at, request.claims)
        version, body = self._revalidation.revalidate(link, snapshot), snapshot.form
        if kind.gzipped and variant.coding is Coding.IDENTITY:
            body = await asyncio.to_thread(report_fields.unpack_csv, body)
        etag = await asyncio.to_thread(strong_etag, body, variant.coding)
        headers = (
            (b"content-type", kind.media_type),
            *self._headers,
            (b"content-language", variant.language.encode("ascii")),
            *entity_headers(etag, variant.coding, version, link.shown),
            disposition(version, kind.ending),
        )
        ready = PreparedResponse(Response(HTTPStatus.OK, headers, body), etag)
        if len(body) <= MOST_KEPT_BYTES:
            self._responses.put(request.path, link, version, variant, ready)
        return ready

    async def _make_data(self, request: ReportRequest, variant: Variant) -> PreparedResponse:
        snapshot = await self._loader.load(request, PAGE)
        link = self._responses.link(request.kept_at, request.claims)
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
        brand = page_brand(brands.parse(version.brand), None)
        made = brands.branded(report_fields.unpack_document(document), brand.name)
        figures = DocumentFormatter(made, words)
        body = public_document.encode(figures, shown.options.reports)
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
    name = report_fields.unpack_meta(version.meta).csv_name.removesuffix(".csv") + ending
    return (b"content-disposition", f'attachment; filename="{name}"'.encode("ascii"))
