"""Report cache in Redis: the only place that knows a Redis key of a report.

A report is one hash: what it was computed from, the document and the CSV, all of one snapshot. They
are written together by one command, or the page first and then all of it: a page that comes alone
takes an older CSV away. Every key starts with the tenant as hash tag, so that all keys of a tenant
live on one node of a cluster and a link's state and its report come in one round trip.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from redis import Redis

from common.reports.comparison import Comparison
from common.reports.document.schema import SCHEMA
from common.reports.redaction import NOTHING, Redaction
from common.reports.window import Window
from common.reports_cache import scripts
from common.reports_cache.report_fields import Meta, UnreadableReportError, unpack_meta

DONE_CHANNEL: Final = "analytics:done"
"""Where a key's name is announced when what viewers may wait for was written there, or failed."""

FAILURE_SECONDS: Final = 15
"""For how long a failed computation is not tried again; twice as long after each one in a row."""
MOST_FAILURE_SECONDS: Final = 60
FAILURES_REMEMBERED_SECONDS: Final = 600
REPORT_NAMES: Final = "{*}:report:*"
"""The names of all cached reports, as SCAN matches them."""


@dataclass(frozen=True, slots=True)
class ReportKey:
    """What makes two requests want the same report.

    ``frozen`` is the link whose reports stay as they were: no other shares them. A name says which
    days the report is compared with where they are not those before, and what of it is ``hidden``.
    """

    tenant_id: int
    report: str
    window: Window
    frozen: UUID | None = None
    comparison: Comparison = Comparison.PREVIOUS
    hidden: Redaction = NOTHING

    def name(self, kind: str) -> str:
        """The name of a key of some kind that belongs to the report."""
        if self.frozen is not None:
            return f"{{{self.tenant_id}}}:{kind}:frozen:{self.frozen.hex}:{self.report}"
        start, end = (int(t.timestamp()) for t in (self.window.start, self.window.end))
        against = "" if self.comparison is Comparison.PREVIOUS else f":{self.comparison}"
        without = f":{self.hidden.name}" if self.hidden else ""
        return f"{{{self.tenant_id}}}:{kind}:{SCHEMA}:{self.report}:{start}:{end}{against}{without}"

    @property
    def report_key(self) -> "ReportKey":
        """The report that it is the key of; a form's is the one that it is made from."""
        return self

    @property
    def cached(self) -> str:
        """The hash of the finished report."""
        return self.name("report")

    @property
    def failed(self) -> str:
        """Present for a while after a computation failed."""
        return self.name("failed")

    @property
    def failures(self) -> str:
        """How many computations failed in a row."""
        return self.name("failures")

    @property
    def requested(self) -> str:
        """Present while the computation is asked for and no worker has begun it."""
        return self.name("requested")

    @property
    def computing(self) -> str:
        """The lease of the worker who computes it: present while that worker lives."""
        return self.name("computing")


def brand_key(tenant_id: int) -> str:
    """The Redis key of a tenant's brand (``common.links.brand``), with which forms are made."""
    return f"{{{tenant_id}}}:brand"


def data_version_key(tenant_id: int) -> str:
    """Where the latest version of a tenant's sales data is told, as decimal text."""
    return f"{{{tenant_id}}}:data"


class ReportCache:
    """Reports in Redis, from the writing side.

    Args:
        redis: a client that returns bytes.
        keep_seconds: how long a finished report stays unless it is refreshed.
    """

    def __init__(self, redis: Redis, *, keep_seconds: int) -> None:
        self.redis = redis
        self.keep_seconds = keep_seconds

    def store(self, key: ReportKey, fields: dict[str, bytes], *, lease: str = "") -> bool:
        """Keep a finished report and tell the viewers that wait; ends its request, and ``lease``.

        A report of older data than the cached one is not kept: the answer says whether it was.
        """
        names = (key.cached, key.failed, key.failures, key.requested, key.computing)
        kept = self.redis.eval(
            scripts.STORE,
            len(names) + 1,
            *names,
            data_version_key(key.tenant_id),
            fields["version"],
            str(self.keep_seconds),
            lease,
            DONE_CHANNEL,
            *(part for field in fields.items() for part in field),
        )
        return bool(kept)

    def store_page(
        self, key: ReportKey, fields: dict[str, bytes], *, replace: bool = False
    ) -> bool:
        """Keep the page of a report alone and tell the viewers that wait; whether it was kept.

        The computation, its request and its lease go on. A whole report stays, unless it is of
        older data and ``replace`` says that no CSV will come soon.
        """
        kept = self.redis.eval(
            scripts.STORE_PAGE,
            2,
            *(key.cached, data_version_key(key.tenant_id)),
            fields["version"],
            str(self.keep_seconds),
            "1" if replace else "",
            DONE_CHANNEL,
            *(part for field in fields.items() for part in field),
        )
        return bool(kept)

    def fail(self, key: ReportKey, *, lease: str = "") -> None:
        """Remember that the computation failed, for a while, and tell the viewers that wait."""
        names = (key.failed, key.failures, key.requested, key.computing)
        self.redis.eval(
            scripts.FAIL,
            len(names),
            *names,
            str(FAILURE_SECONDS),
            str(MOST_FAILURE_SECONDS),
            str(FAILURES_REMEMBERED_SECONDS),
            lease,
            DONE_CHANNEL,
            key.cached,
        )

    def meta(self, key: ReportKey) -> Meta | None:
        """What the cached report was computed from; None when there is none that can be read."""
        data = self.redis.hget(key.cached, "meta")
        try:
            return unpack_meta(data) if isinstance(data, bytes) else None
        except UnreadableReportError:
            return None

    def announce_data(self, tenant_id: int, version: int) -> None:
        """Tell that the tenant's sales data has reached ``version``; never back to an older one."""
        self.redis.eval(scripts.ANNOUNCE, 1, data_version_key(tenant_id), str(version))

    def announce_many(self, versions: Mapping[int, int]) -> None:
        """As ``announce_data`` for many tenants in one round trip; those of version 0 have none."""
        with self.redis.pipeline(transaction=False) as pipe:
            for tenant_id, version in versions.items():
                if version:
                    pipe.eval(scripts.ANNOUNCE, 1, data_version_key(tenant_id), str(version))
            pipe.execute()
