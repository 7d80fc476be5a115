"""Cards in place of reports, for programs that draw a preview of a link.

A card says whose report the link opens and over which days, and no figure. It asks what is known of
the link and nothing of its report, so it has nothing computed and nothing counted; a link that does
not open has no card.
"""

from http import HTTPStatus

from common.links import shop_names
from common.links.token import LinkClaims
from report_viewer.endpoints.representations import PAGE_VARIES, coded
from report_viewer.http.compression import compress
from report_viewer.http.prepared_response import Wire
from report_viewer.http.response import PRIVATE, Answer, Headers, Security
from report_viewer.http.variant import Form
from report_viewer.i18n.locales import LOCALES
from report_viewer.links.urls import Target
from report_viewer.loading.data_loader import STATE
from report_viewer.loading.loader import Waiting
from report_viewer.pages import preview_metadata
from report_viewer.pages.renderer import Pages


class Previews:
    """Draws cards."""

    def __init__(self, waiting: Waiting, pages: Pages, security: Security) -> None:
        self._waiting = waiting
        self._pages = pages
        self._headers: Headers = (
            (b"content-type", b"text/html; charset=utf-8"),
            PRIVATE,
            PAGE_VARIES,
            *security.page(),
        )

    async def card(self, target: Target, claims: LinkClaims, form: Form) -> Wire:
        """The card of a link: the same for its page and its CSV.

        Raises:
            LinkError: the link was revoked.
            ViewerError: nobody could say so, or its report type is not implemented.
        """
        snapshot = await self._waiting.obtain(claims, STATE, csv=target.csv)
        preview = preview_metadata.of_link(claims, shop_names.parse(snapshot.shop))
        html = self._pages.card(preview, LOCALES[form.language])
        headers = (
            *self._headers,
            (b"content-language", form.language.encode("ascii")),
            *coded(form.coding),
        )
        return Wire(Answer(HTTPStatus.OK, headers, compress(html, form.coding)))
