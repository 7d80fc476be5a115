"""Report loader: reads a link's cached report; where it is missing, has it computed and waits.

A link whose state is not known is not trusted: the workers are asked to look it up, and until they
have said so, it does not open.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from common.infra.rate_limit import RateLimitExceededError
from common.jobs.publisher import JobsUnavailableError
from common.links.link_claims import LinkClaims
from common.links.state import state_key
from common.reports_cache.forms import FormWanted
from report_viewer.links.request import ReportRequest
from report_viewer.loading.job_requests import JobRequests
from report_viewer.loading.missing import Missing, find_missing
from report_viewer.loading.rate_limits import LinkThrottledError
from report_viewer.loading.redis_store import Snapshot, SnapshotReader, key_of
from report_viewer.loading.subscriber import Subscriber
from report_viewer.model import Heat
from report_viewer.problems.errors import (
    LinkUnconfirmedError,
    NotReadyError,
    StoreUnavailableError,
    TooManyComputationsError,
    TooManyWaitingError,
    UnavailableError,
)

LOOK_AGAIN_SECONDS: Final = 1.0
"""How often a waiting request looks by itself, in case an announcement was missed."""
_OF_REPORT: Final = frozenset({Missing.REPORT, Missing.FORM})
_TURNED_AWAY: Final = (TooManyWaitingError, TooManyComputationsError)
"""Of those nobody waits, and as short times they would hide how long the others do."""


@dataclass(slots=True)
class _Way:
    """From how far a report comes, as far as that is known."""

    heat: Heat = Heat.WARM


class ReportLoader:
    """Loads what a link shows, waiting for it within bounds.

    Args:
        wait_seconds: how long one request waits at most.
        max_waiting: how many may wait at once.
        loaded: told how long a report took, in seconds, and from how far it came, whatever became
            of it: who waited in vain waited longest. Not told of those who were turned away.
    """

    def __init__(
        self,
        reader: SnapshotReader,
        subscriber: Subscriber,
        jobs: JobRequests,
        *,
        wait_seconds: float,
        max_waiting: int,
        loaded: Callable[[Heat, float], None],
    ) -> None:
        self._reader = reader
        self._subscriber = subscriber
        self._jobs = jobs
        self._wait_seconds = wait_seconds
        self._max_waiting = max_waiting
        self._loaded = loaded
        self.waiting = 0

    async def load(
        self, request: ReportRequest, fields: tuple[str, ...], form: FormWanted | None = None
    ) -> Snapshot:
        """A snapshot of an active link with every one of ``fields`` there, and the form, if any.

        Raises:
            RevokedLinkError: the link was revoked.
            StubReportError: its report type is not implemented.
            UnavailableError: it could not be had in time, or not at all.
        """
        deadline = asyncio.get_running_loop().time() + self._wait_seconds
        # The loop's clock counts whole milliseconds: too few for what comes from Redis.
        way, began, timed = _Way(), perf_counter(), True
        try:
            return await self._load(request, fields, form, deadline, way)
        except _TURNED_AWAY:
            timed = False
            raise
        finally:
            if timed:
                self._loaded(way.heat, perf_counter() - began)

    async def _load(
        self,
        request: ReportRequest,
        fields: tuple[str, ...],
        form: FormWanted | None,
        deadline: float,
        way: _Way,
    ) -> Snapshot:
        claims = request.claims
        while True:
            shown = self._reader.shown(claims)
            with self._subscriber.wake_on(*_names(claims, shown, form)) as woken:
                # Read after subscribing and before asking: what is finished in between is neither
                # missed nor computed twice.
                snapshot = await self._reader.read(claims, fields, form)
                missing = find_missing(snapshot, request, form is not None)
                if missing is Missing.NOTHING:
                    return snapshot
                way.heat = Heat.COLD
                if missing in _OF_REPORT and snapshot.claims != shown:
                    continue  # its state has told what it shows: wait for that
                found = await self._wait_in_turn(request, fields, form, snapshot, woken, deadline)
                if found is not None:
                    return found

    def shown(self, claims: LinkClaims) -> LinkClaims:
        """What a link shows now, as far as that is known."""
        return self._reader.shown(claims)

    async def _wait_in_turn(
        self,
        request: ReportRequest,
        fields: tuple[str, ...],
        form: FormWanted | None,
        snapshot: Snapshot,
        woken: asyncio.Event,
        deadline: float,
    ) -> Snapshot | None:
        if self.waiting >= self._max_waiting:
            raise TooManyWaitingError
        self.waiting += 1
        try:
            return await self._wait(request, fields, form, snapshot, woken, deadline)
        finally:
            self.waiting -= 1

    async def _wait(
        self,
        request: ReportRequest,
        fields: tuple[str, ...],
        form: FormWanted | None,
        snapshot: Snapshot,
        woken: asyncio.Event,
        deadline: float,
    ) -> Snapshot | None:
        """The snapshot once nothing is missing; None when the link shows another report now."""
        clock = asyncio.get_running_loop().time
        shown, missing = snapshot.claims, find_missing(snapshot, request, form is not None)
        while True:
            await self._ask(missing, shown, form, seconds=deadline - clock())
            left = deadline - clock()
            if left <= 0:
                raise _late(missing)
            await _either(woken, min(left, LOOK_AGAIN_SECONDS))
            woken.clear()
            snapshot = await self._reader.read(request.claims, fields, form)
            missing = find_missing(snapshot, request, form is not None)
            if missing is Missing.NOTHING:
                return snapshot
            if missing in _OF_REPORT and snapshot.claims != shown:
                return None

    async def _ask(
        self, missing: Missing, claims: LinkClaims, form: FormWanted | None, *, seconds: float
    ) -> None:
        if missing is Missing.FORM and form is not None:
            asked = self._jobs.make_form(claims, form.of(key_of(claims)))
        elif missing is Missing.STATE:
            asked = self._jobs.restore_link(claims)
        elif claims.frozen:
            asked = self._jobs.restore_report(claims)
        else:
            asked = self._jobs.compute(claims)
        await asyncio.wait({asked}, timeout=max(seconds, 0))
        error = asked.exception() if asked.done() else None
        if isinstance(error, JobsUnavailableError):
            raise StoreUnavailableError
        if isinstance(error, LinkThrottledError) and not error.is_of(claims):
            return  # another address of the report asked for both; the next look asks for this
        if isinstance(error, RateLimitExceededError):
            raise TooManyComputationsError(error.retry_after)


async def _either(woken: asyncio.Event, seconds: float) -> None:
    """Return when woken, or after ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await woken.wait()
    except TimeoutError:
        return


def _late(missing: Missing) -> UnavailableError:
    return LinkUnconfirmedError() if missing is Missing.STATE else NotReadyError()


def _names(claims: LinkClaims, shown: LinkClaims, form: FormWanted | None) -> tuple[str, ...]:
    """What is announced when something that a request waits for is there."""
    key = key_of(shown)
    own = () if form is None else (form.of(key).cached,)
    return (state_key(claims.tenant_id, claims.link_id), key.cached, *own)
