"""Finished reports in Redis: the only place that knows a Redis key of a report.

A report is one hash: what it was computed from, the document and the CSV, written together by one
command under one data version. Every key starts with the tenant as hash tag, so that all keys of a
tenant live on one node of a cluster and a link's state and its report come in one round trip.
"""

import gzip
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

import msgspec
import zstandard
from redis import Redis

from common.reports.document import SCHEMA, Document, decode, encode
from common.reports.window import Window

DONE_CHANNEL: Final = "analytics:done"
"""Where a key's name is announced when what viewers may wait for was written there, or failed."""

FIELDS: Final = ("meta", "document", "csv")
FAILURE_SECONDS: Final = 15
"""For how long a failed computation is not tried again."""


@dataclass(frozen=True, slots=True)
class ReportKey:
    """What makes two requests want the same report."""

    tenant_id: int
    report: str
    window: Window

    def _name(self, kind: str) -> str:
        start, end = (int(t.timestamp()) for t in (self.window.start, self.window.end))
        return f"{{{self.tenant_id}}}:{kind}:{SCHEMA}:{self.report}:{start}:{end}"

    @property
    def cached(self) -> str:
        """The hash of the finished report."""
        return self._name("report")

    @property
    def failed(self) -> str:
        """Present for a while after a computation failed."""
        return self._name("failed")

    @property
    def requested(self) -> str:
        """Present while somebody has asked for the computation and it is not done."""
        return self._name("requested")


class Meta(msgspec.Struct, frozen=True):
    """What a cached report was computed from, and what its CSV is called."""

    as_of: datetime
    data_version: int
    computed_at: datetime
    csv_name: str


def data_version_key(tenant_id: int) -> str:
    """Where the latest version of a tenant's sales data is told, as decimal text."""
    return f"{{{tenant_id}}}:data"


def is_stale(meta: Meta, data_version: bytes | None) -> bool:
    """Whether the data changed since a report was computed, given what ``data_version_key`` tells.

    A version that is not told, or cannot be read, makes nothing stale.
    """
    return (
        data_version is not None
        and data_version.isdigit()
        and int(data_version) > meta.data_version
    )


class UnreadableReportError(Exception):
    """The cached bytes are not a report of this version; they are worth as much as none."""


def pack(meta: Meta, document: Document, csv: bytes) -> dict[str, bytes]:
    """The fields of a report's hash. ``csv`` is already gzip-compressed."""
    return {
        "meta": msgspec.json.encode(meta),
        "document": zstandard.ZstdCompressor(level=3).compress(encode(document)),
        "csv": csv,
    }


def unpack_meta(data: bytes) -> Meta:
    """The ``meta`` field.

    Raises:
        UnreadableReportError: not written by ``pack``.
    """
    try:
        return msgspec.json.decode(data, type=Meta)
    except msgspec.DecodeError as error:
        raise UnreadableReportError(str(error)) from error


def unpack_document(data: bytes) -> Document:
    """The ``document`` field.

    Raises:
        UnreadableReportError: not written by ``pack``.
    """
    try:
        return decode(zstandard.ZstdDecompressor().decompress(data))
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        raise UnreadableReportError(str(error)) from error


def unpack_csv(data: bytes) -> bytes:
    """The ``csv`` field, decompressed.

    Raises:
        UnreadableReportError: not gzip.
    """
    try:
        return gzip.decompress(data)
    except (OSError, EOFError) as error:
        raise UnreadableReportError(str(error)) from error


# Never backwards: of two loads that announce themselves out of order the later version stays.
_ANNOUNCE: Final = """
local known = tonumber(redis.call('get', KEYS[1]) or '0')
if tonumber(ARGV[1]) > known then redis.call('set', KEYS[1], ARGV[1]) end
return 0
"""

# Compare and delete: only the one who set the marker may take it away.
_RELEASE: Final = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
"""


class ReportCache:
    """Reports in Redis, from the writing side.

    Args:
        redis: a client that returns bytes.
        keep_seconds: how long a finished report stays when nobody refreshes it.
    """

    def __init__(self, redis: Redis, *, keep_seconds: int) -> None:
        self._redis = redis
        self._keep_seconds = keep_seconds

    def store(self, key: ReportKey, fields: dict[str, bytes]) -> None:
        """Keep a finished report, withdraw its request and tell whoever waits."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key.cached, items=[part for field in fields.items() for part in field])
            pipe.expire(key.cached, self._keep_seconds)
            pipe.delete(key.failed, key.requested)
            pipe.execute()
        self._redis.publish(DONE_CHANNEL, key.cached)

    def fail(self, key: ReportKey) -> None:
        """Remember that the computation failed, for a while, and tell whoever waits."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(key.failed, b"1", ex=FAILURE_SECONDS)
            pipe.delete(key.requested)
            pipe.execute()
        self._redis.publish(DONE_CHANNEL, key.cached)

    def meta(self, key: ReportKey) -> Meta | None:
        """What the cached report was computed from; None when there is none that can be read."""
        data = self._redis.hget(key.cached, "meta")
        try:
            return unpack_meta(data) if isinstance(data, bytes) else None
        except UnreadableReportError:
            return None

    def announce_data(self, tenant_id: int, version: int) -> None:
        """Tell that the tenant's sales data has reached ``version``."""
        self._redis.eval(_ANNOUNCE, 1, data_version_key(tenant_id), str(version))

    def settled(self, key: ReportKey) -> bool:
        """Whether the report is there, or its computation failed a moment ago."""
        return bool(self._redis.exists(key.cached, key.failed))

    def claim(self, key: ReportKey, *, seconds: int) -> str | None:
        """Ask for the computation on behalf of everybody; None when somebody has already asked.

        The claim is withdrawn by ``store``, ``fail`` or ``release``, and lapses after ``seconds``.
        """
        token = uuid4().hex
        claimed = self._redis.set(key.requested, token, nx=True, ex=seconds)
        return token if claimed else None

    def release(self, key: ReportKey, token: str) -> None:
        """Withdraw one's own claim, so that the next one may ask again."""
        self._redis.eval(_RELEASE, 1, key.requested, token)
