"""Counting views: what a page posts once a person sees it, of a link that opens."""

from http import HTTPStatus

from starlette.types import Receive, Scope

from report_viewer.endpoints.request_body import read_body
from report_viewer.http.address_limit import AddressLimit
from report_viewer.http.cache_control import NEVER_STORED
from report_viewer.http.client_address import ClientAddresses
from report_viewer.http.response import Response, WireResponse
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.http.user_agent import ClientKind
from report_viewer.links.request import ReportRequest
from report_viewer.loading.loader import ReportLoader
from report_viewer.loading.redis_store import STATE
from report_viewer.view_counts.counter import ViewCounter
from report_viewer.view_counts.view_events import (
    MOST_BYTES,
    VIEWS_PER_ADDRESS,
    SeenPageLoads,
    page_load,
)


class SeenPages:
    """Counts the pages that say they are seen."""

    def __init__(
        self,
        loader: ReportLoader,
        views: ViewCounter,
        addresses: ClientAddresses,
        security: SecurityHeaders,
    ) -> None:
        self._loader = loader
        self._views = views
        self._addresses = addresses
        self._loads = SeenPageLoads()
        self._limit = AddressLimit(VIEWS_PER_ADDRESS)
        self._accepted = WireResponse(
            Response(HTTPStatus.NO_CONTENT, (NEVER_STORED, *security.data()), b"")
        )

    async def count(
        self, request: ReportRequest, kind: ClientKind, scope: Scope, receive: Receive
    ) -> WireResponse:
        """Count a load of a page once, if it is a person's.

        Raises:
            LinkError: the link does not open.
            InvalidBodyError: the body is no id of a load.
            ViewerError: that cannot be told.
        """
        link_id = request.claims.link_id
        shown = (await self._loader.load(request, STATE)).claims
        load = page_load(await read_body(receive, most_bytes=MOST_BYTES))
        if kind is ClientKind.PERSON and self._loads.add(link_id, load):
            address = await self._addresses.address(scope)
            if self._limit.allows(address, link_id):
                self._views.view(shown)
        return self._accepted
