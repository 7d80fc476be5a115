"""oEmbed: tells a site that a link lets frame it what to put on its own page (oembed.com, 1.0).

Said as JSON alone, and of links that name origins. Like a preview card it names the shop and the
report, and no figure, and nothing of the report is computed for it.
"""

import re
from dataclasses import replace
from html import escape
from http import HTTPStatus
from typing import Any, Final

import msgspec

from common import instants
from common.http.link_hosts import LinkHosts
from common.i18n.locales import LOCALES
from common.i18n.report_words import formatter_of
from common.links import brand as brands
from common.links import tenant_names
from report_viewer.http.cache_control import PRIVATE
from report_viewer.http.response import Headers, Response, WireResponse
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.http.variant import Variant
from report_viewer.links.request import ReportRequest
from report_viewer.links.urls import Resource
from report_viewer.loading.loader import ReportLoader
from report_viewer.loading.redis_store import STATE
from report_viewer.pages import preview_metadata

WIDTH: Final = 720
HEIGHT: Final = 560
"""Of the frame, in pixels, where the site has room for it."""
_KEPT_SECONDS: Final = 3600
_BOUND: Final = re.compile(rb"(?:^|&)max(width|height)=([1-9][0-9]{0,4})(?=&|\Z)")


class OEmbed:
    """Describes the frames of links below ``base_url``, or at their tenant's own address."""

    def __init__(
        self, loader: ReportLoader, security: SecurityHeaders, base_url: str, hosts: LinkHosts
    ) -> None:
        self._loader = loader
        self._hosts = hosts
        self._base_url = base_url
        self._headers: Headers = (
            (b"content-type", b"application/json"),
            PRIVATE,
            (b"vary", b"Accept, Accept-Language"),
            *security.data(),
        )

    async def describe(self, request: ReportRequest, asked: Variant, query: bytes) -> WireResponse:
        """The frame of a link, in the language of a page that is ``asked`` for.

        ``maxwidth`` and ``maxheight`` of the raw ``query`` bound it; nothing else of it is read.

        Raises:
            LinkError: the link was revoked.
            NoSuchPathError: it lets nobody frame it.
            ViewerError: that cannot be told.
        """
        snapshot = await self._loader.load(request, STATE)
        tenant = tenant_names.parse(snapshot.tenant_name)
        brand = brands.parse(snapshot.brand)
        preview = preview_metadata.of_link(snapshot.claims, tenant, brand.name)
        title = formatter_of(LOCALES[asked.language]).text(preview.title)
        room = {name: int(most) for name, most in _BOUND.findall(query)}
        width = min(WIDTH, room.get(b"width", WIDTH))
        height = min(HEIGHT, room.get(b"height", HEIGHT))
        left = int((snapshot.claims.expires_at - instants.now()).total_seconds())
        own = self._hosts.allows(brand.base_url)
        base_url = brand.base_url if own else self._base_url
        frame = base_url + replace(request.url, resource=Resource.EMBED).path.decode()
        said: dict[str, Any] = {
            "version": "1.0",
            "type": "rich",
            "title": title,
            "provider_name": "Sales reports",
            "provider_url": base_url,
            "cache_age": max(0, min(left, _KEPT_SECONDS)),
            "width": width,
            "height": height,
            "html": f'<iframe src="{escape(frame)}" title="{escape(title)}"'
            f' width="{width}" height="{height}" style="border: 0" loading="lazy"'
            ' referrerpolicy="no-referrer"></iframe>',
        }
        if preview.tenant is not None:
            said["author_name"] = preview.tenant
        language = (b"content-language", asked.language.encode("ascii"))
        body = msgspec.json.encode(said)
        return WireResponse(Response(HTTPStatus.OK, (*self._headers, language), body))
