"""Connections to Redis: what stands on them, made by the settings. Nothing connects before use."""

from dataclasses import dataclass

from common.http.link_hosts import LinkHosts
from common.links.state import is_state_key
from report_viewer.cache.response_cache import ResponseCache
from report_viewer.http.client_address import ClientAddresses
from report_viewer.loading.cluster_tracker import ClusterTracker, create_tracker
from report_viewer.loading.job_requests import JobRequests, connect_for_publishing, connect_jobs
from report_viewer.loading.key_tracker import KeyTracker
from report_viewer.loading.primary_watch import PrimaryWatch
from report_viewer.loading.rate_limits import (
    ComputationLimit,
    InvalidTokenLimit,
    connect_for_counting,
)
from report_viewer.loading.redis_store import RedisStore, connect
from report_viewer.loading.server_epoch import ServerEpoch
from report_viewer.loading.subscriber import Subscriber
from report_viewer.loading.tenant_facts import TenantFacts
from report_viewer.loading.unlock_limit import UnlockLimit
from report_viewer.loading.worker_heartbeat import WorkerHeartbeat
from report_viewer.settings import ViewerSettings
from report_viewer.view_counts.counter import ViewCounter, recorder


@dataclass(frozen=True, slots=True)
class RedisConnections:
    """What stands on a connection to Redis."""

    store: RedisStore
    facts: TenantFacts
    primary: PrimaryWatch
    tracker: KeyTracker | ClusterTracker
    subscriber: Subscriber
    jobs: JobRequests
    invalid_tokens: InvalidTokenLimit
    unlocking: UnlockLimit
    heartbeat: WorkerHeartbeat
    views: ViewCounter

    def start(self) -> None:
        """Begin to listen, to look and to count, on the running event loop."""
        for each in (self.primary, self.tracker, self.subscriber, self.heartbeat, self.views):
            each.start()

    async def close(self) -> None:
        """End all of it, the counts written, and close the connections."""
        await self.heartbeat.close()
        await self.views.close()
        self.jobs.close()
        self.invalid_tokens.close()
        for each in (self.subscriber, self.tracker, self.primary, self.store):
            await each.close()


def connect_redis(
    settings: ViewerSettings, cache: ResponseCache, hosts: LinkHosts
) -> RedisConnections:
    """What the viewer reads, asks and counts by; announcements make ``cache`` stale."""
    url = settings.redis_url.get_secret_value()
    epoch = ServerEpoch()
    reading = connect(url, epoch)
    store = RedisStore(reading, epoch, hosts)
    tracker = create_tracker(url, reading, cache.tracking, seconds=cache.fresh_seconds)
    publishing = connect_for_publishing(url)
    limit = ComputationLimit(
        publishing, per_link=settings.cold_per_link, per_tenant=settings.cold_per_tenant
    )
    jobs = JobRequests(connect_jobs(publishing, settings.broker), limit)

    def on_message(name: str) -> None:
        jobs.forget(name)
        if is_state_key(name):
            cache.invalidate_all()

    return RedisConnections(
        store=store,
        facts=TenantFacts(reading),
        primary=PrimaryWatch(reading, *tracker.clients),
        tracker=tracker,
        subscriber=Subscriber(connect(url), on_message=on_message),
        jobs=jobs,
        invalid_tokens=InvalidTokenLimit(
            connect_for_counting(url),
            ClientAddresses(settings.trusted_proxies),
            per_address=settings.failures_per_address,
        ),
        unlocking=UnlockLimit(publishing),
        heartbeat=WorkerHeartbeat(store.exists, turned=cache.tracking.change_all),
        views=ViewCounter(recorder(url)),
    )
