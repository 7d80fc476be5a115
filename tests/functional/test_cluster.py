"""A node of a cluster that dies under load, with a revocation that its replica never heard of."""

from collections import Counter
from pathlib import Path

import httpx
import pytest
from tests.functional.test_failures import opens
from tests.support import wait
from tests.support.breakable import breakable, furnish
from tests.support.clusters import PASSWORD, EmbeddedNode, running_cluster

pytestmark = pytest.mark.xdist_group("cluster")


def statuses(url: str) -> list[int]:
    """What the page and the CSV of a link are answered with."""
    asked = (url, f"{url}/csv")
    return [httpx.get(each, timeout=wait.PATIENCE_SECONDS).status_code for each in asked]


def states(node: EmbeddedNode) -> list[str]:
    """What a node knows of links."""
    with node.client() as asked:
        asked.execute_command("READONLY")  # it may be a replica
        return [str(asked.get(each)) for each in asked.scan_iter("*:link:*")]


def test_a_replica_takes_over_and_revives_nothing_and_other_nodes_go_on(tmp_path: Path) -> None:
    with (
        running_cluster(tmp_path, replicas=True) as cluster,
        breakable(own_broker=True, redis_url=cluster.url) as system,
    ):
        revoked, entry = system.share("revenue-overview", "30d")
        kept, _ = system.share("sales-velocity", "7d")
        wait.until(lambda: opens(revoked) and opens(kept), "computed")
        (dying,) = [each for each in cluster.primaries if states(each)]
        for number in range(100):  # until one is elsewhere
            email = f"{number}@other.example"
            tenant_id = furnish(system.database, f"other-{number}", email=email)
            if cluster.owner(tenant_id) is not dying:
                break
        other, _ = system.share("revenue-overview", "7d", email=email)
        wait.until(lambda: opens(other), "computed")

        replica = cluster.pause_replication(dying)
        with system.admin() as admin:
            assert admin.delete(entry).status_code == 204
        wait.until(lambda: set(statuses(revoked)) == {403}, "closed by its node")
        assert all(each.startswith("active:") for each in states(replica)), "it has not heard of it"
        dying.kill()

        answers: dict[str, Counter[int]] = {url: Counter() for url in (revoked, kept, other)}

        def again() -> bool:
            for url, found in answers.items():
                found.update(statuses(url))
            return opens(kept)

        wait.until(again, lambda: f"{answers} {system.log.read_text()[-4000:]}")
        assert set(answers[revoked]) <= {403, 503}
        assert set(answers[kept]) <= {200, 503}
        assert set(answers[other]) <= {200, 503}
        assert answers[other][200] > answers[kept][200], "served while the others waited"
        wait.until(lambda: "revoked" in states(replica), "told again")
        assert set(statuses(revoked)) == {403}
        unmade, _ = system.share("product-performance", "7d")
        wait.until(lambda: opens(unmade), "issued, asked for and computed with the new node")
        told = system.log.read_text()
        assert PASSWORD not in told
        print(answers)
