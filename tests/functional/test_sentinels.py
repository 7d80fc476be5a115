"""A primary that dies under load, with a revocation that its replica never heard of."""

from collections import Counter
from pathlib import Path

import httpx
import pytest
from redis import Redis
from tests.functional.test_failures import opens
from tests.support import wait
from tests.support.breakable import breakable
from tests.support.sentinels import PASSWORD, SENTINEL_PASSWORD, watched

pytestmark = pytest.mark.xdist_group("sentinels")


def statuses(url: str) -> set[int]:
    """What the page and the CSV of a link are answered with."""
    asked = (url, f"{url}/csv")
    return {httpx.get(each, timeout=wait.PATIENCE_SECONDS).status_code for each in asked}


def test_a_lost_revocation_revives_nothing_and_the_rest_opens_again(tmp_path: Path) -> None:
    with watched(tmp_path) as servers, breakable(redis_url=servers.url) as system:
        revoked, entry = system.share("revenue-overview", "30d")
        kept, _ = system.share("sales-velocity", "7d")
        wait.until(lambda: opens(revoked) and opens(kept), "computed")
        servers.pause_replication()
        with system.admin() as admin:
            assert admin.delete(entry).status_code == 204
        wait.until(lambda: statuses(revoked) == {403}, "closed by the primary")
        servers.kill_primary()

        answers: Counter[int] = Counter()

        def again() -> bool:
            answers.update(statuses(revoked))
            return servers.named() == servers.replica.port and opens(kept)

        with Redis.from_url(servers.replica.url) as replica:
            states = [replica.get(each) for each in replica.scan_iter("*:link:*")]
            assert len(states) == 2
            assert all(each.startswith(b"active:") for each in states), "it has not heard of it"
            wait.until(again, lambda: f"{answers} {system.log.read_text()[-4000:]}")
            wait.until(
                lambda: b"revoked" in [replica.get(each) for each in replica.scan_iter("*:link:*")],
                "told again",
            )
        assert set(answers) <= {403, 503}
        unmade, _ = system.share("product-performance", "7d")
        wait.until(lambda: opens(unmade), "issued, asked for and computed with the new primary")
        assert statuses(revoked) == {403}
        told = system.log.read_text()
        assert PASSWORD not in told
        assert SENTINEL_PASSWORD not in told
