"""Jobs on a server of their own: while it is away links are issued, revoked and opened."""

from collections.abc import Iterator

import httpx
import pytest
from tests.functional.test_failures import BROWSER, opens
from tests.support import wait
from tests.support.breakable import Breakable, breakable

pytestmark = pytest.mark.xdist_group("own-broker")


@pytest.fixture(scope="module")
def system() -> Iterator[Breakable]:
    with breakable(own_broker=True) as running:
        yield running


def test_the_broker_away_and_back(system: Breakable) -> None:
    broker = system.broker
    assert broker is not None
    url, _ = system.share("revenue-overview", "30d")
    wait.until(lambda: opens(url), "computed by way of the broker")
    assert not list(system.redis.scan_iter("_kombu*")), "no queue beside the reports"

    broker.stop()
    assert httpx.get(url, headers=BROWSER, timeout=wait.PATIENCE_SECONDS).status_code == 200
    assert httpx.get(f"{url}/csv", timeout=wait.PATIENCE_SECONDS).status_code == 200
    unmade, entry = system.share("sales-velocity", "7d")
    refused = httpx.get(unmade, timeout=wait.PATIENCE_SECONDS)
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    with system.admin() as admin:
        assert admin.delete(entry).status_code == 204
    assert httpx.get(unmade, timeout=wait.PATIENCE_SECONDS).status_code == 403
    waiting, _ = system.share("sales-velocity", "30d")

    broker.start()
    wait.until(
        lambda: httpx.get(waiting, timeout=wait.PATIENCE_SECONDS).status_code == 200,
        "computed once it is back",
    )
    assert "a report could not be answered" not in system.log.read_text()
