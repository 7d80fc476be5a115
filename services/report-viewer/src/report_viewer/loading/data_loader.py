"""Data loader: batches the reads of one turn of the event loop into one Redis pipeline.

A queue sends one batch at a time on one connection. What is asked meanwhile is the next batch, so a
busy viewer sends larger batches and not more of them. Of a cluster each node has its queue: one
that hangs delays nothing that others have. Bodies have a queue of their own, and few of
them go in a batch: a long CSV neither delays the checks of other links nor fills the memory.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import replace
from functools import partial
from typing import Final

from common.links.link_claims import LinkClaims
from common.links.state import LinkState
from common.reports_cache.forms import FormWanted
from report_viewer.links.shown import ShownLinks
from report_viewer.loading.redis_store import META, STATE, Snapshot, SnapshotQuery, key_of
from report_viewer.problems.errors import StoreUnavailableError

MOST_READS: Final = 512
MOST_BODIES: Final = 8
"""How many different reports' bodies are read at once."""

_MOST_TRIES: Final = 4
"""How often a link is read whose options, or whose day, change meanwhile."""

BATCH_SECONDS: Final = 3.0
"""How long a batch may take, with connecting: requests that waited that long are told so."""

ReadAll = Callable[[Sequence[SnapshotQuery]], Awaitable[list[Snapshot]]]

_log = logging.getLogger(__name__)


class BatchQueue:
    """Collects reads and sends them in batches, one after the other.

    Args:
        read_all: asks Redis; raises ``StoreUnavailableError``.
        most_reads: how many reads go in a batch.
        most_reports: how many different reports they may be of.
    """

    def __init__(self, read_all: ReadAll, *, most_reads: int, most_reports: int) -> None:
        self._read_all = read_all
        self._most_reads = most_reads
        self._most_reports = most_reports
        self._queued: dict[SnapshotQuery, list[asyncio.Future[Snapshot]]] = {}
        self._sending: asyncio.Task[None] | None = None

    async def read(self, read: SnapshotQuery) -> Snapshot:
        """The answer to ``read``, from after this call.

        Raises:
            StoreUnavailableError: Redis did not answer in time.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Snapshot] = loop.create_future()
        if not self._queued and self._sending is None:
            loop.call_soon(self._start, context=Context())  # a batch is of no one request
        self._queued.setdefault(read, []).append(future)
        return await future

    def _start(self) -> None:
        if self._queued and self._sending is None:
            sending = asyncio.get_running_loop().create_task(self._send(), context=Context())
            self._sending = sending

    async def _send(self) -> None:
        try:
            while self._queued:
                await self._send_batch(self._take())
        finally:
            self._sending = None
            if self._queued:
                self._start()

    async def _send_batch(self, batch: dict[SnapshotQuery, list[asyncio.Future[Snapshot]]]) -> None:
        try:
            async with asyncio.timeout(BATCH_SECONDS):
                snapshots = await self._read_all(tuple(batch))
        except StoreUnavailableError:
            self._fail(batch)
        except TimeoutError:
            self._fail(batch)
            # Reads behind a batch that hung have waited long enough.
            self._fail(self._queued)
            self._queued = {}
        except asyncio.CancelledError:
            self._fail(batch)
            raise
        except Exception:  # noqa: BLE001 - logged; no caller waits for ever
            _log.exception("a batch could not be read")
            self._fail(batch)
        else:
            for waiters, snapshot in zip(batch.values(), snapshots, strict=True):
                for each in waiters:
                    if not each.done():
                        each.set_result(snapshot)

    def _take(self) -> dict[SnapshotQuery, list[asyncio.Future[Snapshot]]]:
        """The next batch, in the order of asking; those whose callers gave up are left out."""
        batch: dict[SnapshotQuery, list[asyncio.Future[Snapshot]]] = {}
        reports: set[str] = set()
        for read in list(self._queued):
            name = key_of(read.claims).cached
            if len(batch) == self._most_reads:
                break
            if len(reports) == self._most_reports and name not in reports:
                continue
            waiters = self._queued.pop(read)
            if any(not each.done() for each in waiters):
                reports.add(name)
                batch[read] = waiters
        return batch

    @staticmethod
    def _fail(batch: dict[SnapshotQuery, list[asyncio.Future[Snapshot]]]) -> None:
        for waiters in batch.values():
            for each in waiters:
                if not each.done():
                    each.set_exception(StoreUnavailableError())


class DataLoader:
    """Reads snapshots in batches: checks in one queue, bodies in another.

    Args:
        read_all: asks Redis; raises ``StoreUnavailableError``.
        place: what goes in a batch together: the node of a cluster that has it.
    """

    def __init__(
        self, read_all: ReadAll, place: Callable[[SnapshotQuery], str] = lambda _: ""
    ) -> None:
        self._shown = ShownLinks()
        self._place = place
        queue = partial(BatchQueue, read_all, most_reads=MOST_READS)
        self._checks = defaultdict[str, BatchQueue](partial(queue, most_reports=MOST_READS))
        self._bodies = defaultdict[str, BatchQueue](partial(queue, most_reports=MOST_BODIES))

    async def read(
        self, claims: LinkClaims, fields: tuple[str, ...], form: FormWanted | None = None
    ) -> Snapshot:
        """What Redis knows now of a link, ``fields`` of the report that it shows, and a form of it.

        What a link with options shows is known from its state: where that differs from what was
        known before, its report is read once more. Of one that hides something nothing is read
        until that is known.

        Raises:
            StoreUnavailableError: Redis did not answer in time.
        """
        queues = self._checks if form is None and fields in {META, STATE} else self._bodies
        expected = self._shown.now(claims).claims
        for _ in range(_MOST_TRIES):
            blind = expected.redacted and not expected.options.hide
            wanted = SnapshotQuery(expected, *((STATE,) if blind else (fields, form)))
            snapshot = await queues[self._place(wanted)].read(wanted)
            if snapshot.state is not LinkState.ACTIVE:
                return snapshot
            shown = self._shown.learn(claims, snapshot.options, snapshot.tenant_name)
            if shown is None:
                break
            if not fields or shown.claims == expected:
                if shown.claims is claims:
                    return snapshot
                return replace(snapshot, claims=shown.claims, moves_at=shown.moves_at)
            expected = shown.claims
        return replace(snapshot, state=None)

    def shown(self, claims: LinkClaims) -> LinkClaims:
        """What a link shows now, as far as that is known."""
        return self._shown.now(claims).claims
