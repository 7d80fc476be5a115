"""Preview cards: sent in place of reports to programs that draw a preview of a link.

A card says whose report the link opens and over which days, and no figure. It asks what is known of
the link and nothing of its report, so it has nothing computed and nothing counted; a link that does
not open has no card.
"""

from dataclasses import replace
from http import HTTPStatus

from common.http.link_hosts import LinkHosts
from common.i18n.locales import LOCALES
from common.links import brand as brands
from common.links import tenant_names
from report_viewer.endpoints.entity_headers import coded
from report_viewer.endpoints.representations import PAGE_VARIES
from report_viewer.http.cache_control import PRIVATE
from report_viewer.http.compression import compress
from report_viewer.http.response import Headers, Response, WireResponse
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.http.variant import Variant
from report_viewer.links.request import ReportRequest
from report_viewer.links.urls import Resource
from report_viewer.loading.loader import ReportLoader
from report_viewer.loading.redis_store import STATE
from report_viewer.pages import preview_metadata
from report_viewer.pages.renderer import PageRenderer


class PreviewCards:
    """Renders preview cards."""

    def __init__(
        self,
        loader: ReportLoader,
        pages: PageRenderer,
        security: SecurityHeaders,
        hosts: LinkHosts,
    ) -> None:
        self._hosts = hosts
        self._loader = loader
        self._pages = pages
        self._headers: Headers = (
            (b"content-type", b"text/html; charset=utf-8"),
            PRIVATE,
            PAGE_VARIES,
            *security.page(),
        )

    async def card(self, request: ReportRequest, chosen: Variant) -> WireResponse:
        """The card of a link: the same for its page and its CSV.

        Raises:
            LinkError: the link was revoked.
            ViewerError: that cannot be told, or its report type is not implemented.
        """
        snapshot = await self._loader.load(request, STATE)
        brand = brands.parse(snapshot.brand)
        preview = preview_metadata.of_link(
            snapshot.claims, tenant_names.parse(snapshot.tenant_name), brand.name
        )
        described = replace(request.url, resource=Resource.OEMBED).path.decode()
        html = self._pages.card(
            preview,
            LOCALES[chosen.language],
            oembed=described if snapshot.options.embed else "",
            origin=brand.base_url if self._hosts.allows(brand.base_url) else "",
        )
        headers = (
            *self._headers,
            (b"content-language", chosen.language.encode("ascii")),
            *coded(chosen.coding),
        )
        return WireResponse(Response(HTTPStatus.OK, headers, compress(html, chosen.coding)))
