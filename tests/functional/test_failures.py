"""Parts die, hang and forget while links are open: no wrong page, no lost revocation, no 500."""

import asyncio
import csv
import io
import signal
import time
from collections.abc import Iterator

import httpx
import psutil
import pytest
from tests.support import wait
from tests.support.breakable import SALES, Breakable, breakable

from worker.reports.lease import LEASE_SECONDS

pytestmark = pytest.mark.xdist_group("failures")

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
CROWD = 100


@pytest.fixture(scope="module")
def system() -> Iterator[Breakable]:
    with breakable() as running:
        yield running


def is_right(answer: httpx.Response) -> bool:
    """Whether it is the shop's own CSV, with what it sold."""
    assert answer.status_code == 200, (answer.status_code, answer.text[:500])
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    return f"{sum(float(row['net_sales']) for row in rows):.2f}" == f"{SALES:.2f}"


async def crowd(url: str) -> list[httpx.Response | BaseException]:
    """What many who open the same link at once get."""
    limits = httpx.Limits(max_connections=CROWD)
    async with httpx.AsyncClient(timeout=wait.PATIENCE_SECONDS, limits=limits) as client:
        asked = [client.get(f"{url}/csv") for _ in range(CROWD)]
        return await asyncio.gather(*asked, return_exceptions=True)


def opens(url: str) -> bool:
    """Whether a link opens by now; meanwhile it may only be late."""
    try:
        answer = httpx.get(f"{url}/csv", timeout=wait.PATIENCE_SECONDS)
    except httpx.TransportError:
        return False
    assert answer.status_code in {200, 503}
    return answer.status_code == 200 and is_right(answer)


def test_a_worker_killed_in_a_herd_delays_it_by_its_lease(system: Breakable) -> None:
    before = system.computed()

    async def herd() -> list[httpx.Response | BaseException]:
        with system.computations_held():
            url, _ = await asyncio.to_thread(system.share, "revenue-overview", "7d")
            await wait.until_async(system.under_way, "a computation begins")
            waiting = asyncio.create_task(crowd(url))
            await wait.until_async(lambda: system.waiting() == CROWD, "all of them wait")
            assert system.under_way() == 1
            system.kill("worker")
            # What is left of it by Redis' own clock is all that keeps another worker away.
            assert 0 < system.lease_seconds() <= LEASE_SECONDS
        return await waiting

    answers = asyncio.run(herd())
    assert all(isinstance(each, httpx.Response) and is_right(each) for each in answers)
    assert system.computed() - before == 1


def test_a_viewer_killed_in_a_herd_breaks_its_connections_and_nothing_else(
    system: Breakable,
) -> None:
    before = system.computed()

    async def herd() -> tuple[str, list[httpx.Response | BaseException]]:
        with system.computations_held():
            url, _ = await asyncio.to_thread(system.share, "sales-velocity", "7d")
            waiting = asyncio.create_task(crowd(url))
            await wait.until_async(system.under_way, "a computation begins")
            await wait.until_async(lambda: system.waiting() == CROWD, "all of them wait")
            system.kill("report_viewer")
            return url, await waiting

    url, answers = asyncio.run(herd())
    assert all(isinstance(each, httpx.TransportError) for each in answers)
    wait.until(lambda: opens(url), "the viewer comes back")
    assert system.computed() - before == 1


def test_postgresql_stopped_and_killed(system: Breakable) -> None:
    cached, _ = system.share("product-performance", "7d")
    wait.until(lambda: opens(cached), "computed")
    cold, _ = system.share("product-performance", "90d")
    wait.until(lambda: opens(cold), "computed")
    for signalled in (signal.SIGSTOP, signal.SIGKILL):
        processes = system.postgres_processes()
        for each in processes:
            each.send_signal(signalled)
        try:
            for _ in range(5):
                assert is_right(httpx.get(f"{cached}/csv", timeout=wait.PATIENCE_SECONDS))
                page = httpx.get(cached, headers=BROWSER, timeout=wait.PATIENCE_SECONDS)
                assert page.status_code == 200
                assert "Acme" in page.text
            if signalled == signal.SIGKILL:
                forget(system, "product-performance")
                answer = httpx.get(f"{cold}/csv", timeout=wait.PATIENCE_SECONDS)
                assert answer.status_code == 503
                assert answer.headers["retry-after"]
        finally:
            revive(system, processes, signalled)
    wait.until(lambda: opens(cold), "computed again, once a failure is forgotten")
    assert opens(cached)


def forget(system: Breakable, report: str) -> None:
    """As if what is cached of a report had lapsed."""
    names = list(system.redis.scan_iter(f"*:report:*:{report}:*"))
    assert system.redis.delete(*names) == len(names) > 0
    time.sleep(1)  # for no longer than this a viewer believes what it knew


def revive(system: Breakable, processes: list[psutil.Process], signalled: signal.Signals) -> None:
    """Have PostgreSQL answer again."""
    if signalled == signal.SIGSTOP:
        for each in processes:
            each.resume()
        return
    psutil.wait_procs(processes, timeout=wait.PATIENCE_SECONDS)
    system.postgres.stop()
    system.postgres.start()


def test_redis_flushed(system: Breakable) -> None:
    url, _ = system.share("revenue-overview", "30d")
    revoked, entry = system.share("revenue-overview", "30d")
    wait.until(lambda: opens(url), "computed")
    was = httpx.get(f"{url}/csv", timeout=wait.PATIENCE_SECONDS).content
    with system.admin() as admin:
        assert admin.delete(entry).status_code == 204
    for _ in range(2):
        system.redis.flushall()
        for path in ("", "/csv"):
            assert httpx.get(revoked + path, timeout=wait.PATIENCE_SECONDS).status_code == 403
        wait.until(lambda: opens(url), "restored and computed")
        assert httpx.get(f"{url}/csv", timeout=wait.PATIENCE_SECONDS).content == was
        assert httpx.get(url, headers=BROWSER, timeout=wait.PATIENCE_SECONDS).status_code == 200
    system.share("product-performance", "30d")


def test_nothing_surprised_anyone(system: Breakable) -> None:
    """Last: every answer above was looked at; the viewer did not have to make one up either."""
    assert "a report could not be answered" not in system.log.read_text()
