"""Revalidation: whether Redis still says of a link what its cached responses were made from."""

import math

from common.links.token import LinkError
from common.reports_cache import report_fields
from report_viewer.cache.response_cache import CachedLink, CacheEntry, ReportVersion, ResponseCache
from report_viewer.cache.single_flight import SingleFlight
from report_viewer.http.prepared_response import PreparedResponse
from report_viewer.http.variant import Variant
from report_viewer.links.request import ReportRequest
from report_viewer.loading.freshness import FreshnessTracker
from report_viewer.loading.job_requests import JobRequests
from report_viewer.loading.missing import Missing, find_missing
from report_viewer.loading.redis_store import META, Snapshot, SnapshotReader, key_of


class Revalidation:
    """Asks Redis about links; has a report computed again that newer data have overtaken."""

    def __init__(
        self,
        *,
        reader: SnapshotReader,
        jobs: JobRequests,
        freshness: FreshnessTracker,
        responses: ResponseCache,
    ) -> None:
        self._reader = reader
        self._jobs = jobs
        self._freshness = freshness
        self._responses = responses
        self._asking: SingleFlight[tuple[str, str, str], ReportVersion | None] = SingleFlight()

    async def is_valid(self, request: ReportRequest, entry: CacheEntry) -> bool:
        """Whether Redis says that the link still shows what the entry was made from.

        Asked once for all requests of one link.

        Raises:
            LinkError: the link was revoked.
            ViewerError: that cannot be told.
        """
        link = entry.link
        # Who shows to have given the password does not open it for who does not, nor who asks at
        # the right host for who asks at another.
        who = (request.kept_at, request.proof, request.host)
        version = await self._asking.run(who, lambda: self._ask(request, link))
        return version is entry.version

    async def cached(self, request: ReportRequest, variant: Variant) -> PreparedResponse | None:
        """The response that is cached for the request, if it is what the link shows now.

        Raises: what ``is_valid`` raises.
        """
        entry = self._responses.get(request.path)
        ready = entry.responses.get(variant) if entry is not None else None
        if entry is None or ready is None or not await self.is_valid(request, entry):
            return None
        return ready

    def revalidate(self, link: CachedLink, snapshot: Snapshot) -> ReportVersion:
        """What a complete snapshot says; newer data that wait for the report are asked for."""
        claims, meta = snapshot.claims, report_fields.unpack_meta(snapshot.meta)
        link.show(claims, moves_at=snapshot.moves_at)
        link.host = snapshot.host
        freshness, stale = self._freshness.assess(key_of(claims).cached, meta, snapshot)
        if stale and not snapshot.failed:
            self._jobs.refresh(claims)
        version = ReportVersion(snapshot.meta, freshness, snapshot.brand)
        if claims.options.password is not None:
            # Each request has to show that the password was given.
            return link.revalidate(version, until=-math.inf)
        asked, responses = snapshot.asked, self._responses
        confirmed = link.revalidate(version, until=asked + responses.fresh_seconds)
        link.track(responses.tracking.of_tenant(claims.tenant_id, snapshot.run), asked=asked)
        return confirmed

    async def _ask(self, request: ReportRequest, link: CachedLink) -> ReportVersion | None:
        try:
            snapshot = await self._reader.read(link.claims, META)
            missing = find_missing(snapshot, request)
        except LinkError:
            link.invalidate()
            raise
        if missing is not Missing.NOTHING:
            link.invalidate()
            return None
        return self.revalidate(link, snapshot)
