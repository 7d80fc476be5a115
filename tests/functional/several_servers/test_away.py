"""A server hangs or dies: its shops' cached reports are served, and every other shop has all."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import httpx
import pytest
from redis import Redis
from tests.functional.several_servers.test_moving import BROWSER, net_sales
from tests.support import wait
from tests.support.breakable import EMAIL, PASSWORD
from tests.support.spread import SERVERS, Spread, share

pytestmark = pytest.mark.xdist_group("several-servers")

PRICES = {name: f"{number}1.50" for number, name in enumerate(SERVERS, start=1)}
REPORTS = ("revenue-overview", "sales-velocity", "product-performance")


@pytest.fixture(scope="module")
def shops(system: Spread) -> Spread:
    """A shop on each server."""
    for name, price in PRICES.items():
        system.add_shop(f"of-{name}", name, price)
    return system


def get(url: str) -> httpx.Response:
    return httpx.get(url, headers=BROWSER, timeout=wait.PATIENCE_SECONDS)


def opens(url: str) -> bool:
    answer = get(f"{url}/csv")
    assert answer.status_code in {200, 503}, answer.text[:500]
    return answer.status_code == 200


def forget(system: Spread, report: str) -> None:
    """Let every report of a type be computed again."""
    with Redis.from_url(system.redis_url) as redis:
        for key in redis.scan_iter(f"*{report}*", count=1000):
            redis.unlink(key)


def refusal(url: str) -> httpx.Response | None:
    """What is said of a link that does not open for now."""
    answer = get(url)
    assert answer.status_code in {200, 503}, answer.text[:500]
    return answer if answer.status_code == 503 else None


def links(system: Spread, *wanted: tuple[str, str]) -> list[dict[str, str]]:
    """For each report and period a new link of each server's shop."""
    made: list[dict[str, str]] = [{} for _ in wanted]
    for name in SERVERS:
        with system.admin(f"of-{name}") as admin:
            for urls, (report, period) in zip(made, wanted, strict=True):
                urls[name] = share(admin, report, period)[0]
    return made


@contextmanager
def gone(system: Spread, name: str, how: str) -> Iterator[None]:
    """A server hangs, or is dead until it is started again."""
    server = system.servers[name]
    if how == "hangs":
        with server.hanging():
            yield
        return
    server.kill()
    try:
        yield
    finally:
        server.start()


def until_chosen(system: Spread, name: str) -> None:
    """Wait until a person may log in, and act for a server's shop."""
    with httpx.Client(base_url=system.share_api, timeout=wait.PATIENCE_SECONDS) as admin:

        def begins() -> bool:
            credentials = {"email": EMAIL, "password": PASSWORD}
            begun = admin.post("/api/admin/session", json=credentials)
            assert begun.status_code in {200, 503}, begun.text
            return begun.status_code == 200

        def acts() -> bool:
            chosen = admin.put("/api/admin/session/tenant", json={"tenant": f"of-{name}"})
            return chosen.status_code == 200

        wait.until(begins, "a session")
        wait.until(acts, "a server that hung is asked again")


def check_everything(system: Spread, name: str, period: str) -> None:
    """Whatever a shop's admin and readers do works."""
    with httpx.Client(base_url=system.share_api, timeout=wait.PATIENCE_SECONDS) as admin:
        credentials = {"email": EMAIL, "password": PASSWORD}
        begun = admin.post("/api/admin/session", json=credentials)
        assert begun.status_code == 200, begun.text
        chosen = admin.put("/api/admin/session/tenant", json={"tenant": f"of-{name}"})
        assert chosen.status_code == 200, chosen.text
        url, entry = share(admin, REPORTS[1], period)
        wait.until(lambda: opens(url), "computed")
        page = get(url)
        assert (page.status_code, f"Of-{name.title()}" in page.text) == (200, True)
        stock = {"productId": "P1", "onHand": 5, "countedAt": "2026-01-01T10:00:00Z"}
        sold = admin.post("/api/admin/sales/stock", json={"stock": [stock]})
        assert sold.status_code == 200, sold.text
        assert admin.delete(entry).status_code == 204
        assert get(url).status_code == 403


@pytest.mark.parametrize("how", ["hangs", "dies"])
@pytest.mark.parametrize("away", ["east", "home"])
def test_a_server_that_is_away_costs_its_own_shops_alone(
    shops: Spread, away: str, how: str
) -> None:
    period = {"hangs": "7d", "dies": "90d"}[how]
    cached, cold = links(shops, (REPORTS[0], "30d"), (REPORTS[2], period))
    for url in (*cached.values(), *cold.values()):
        wait.until(partial(opens, url), "computed")
    others = [name for name in SERVERS if name != away]
    with gone(shops, away, how):
        forget(shops, REPORTS[2])
        refused = wait.until(lambda: refusal(f"{cold[away]}/csv"), "the viewer believes no longer")
        assert refused is not None
        assert "retry-after" in refused.headers
        for name in SERVERS:
            assert net_sales(get(f"{cached[name]}/csv")) > 0
            assert f"Of-{name.title()}" in get(cached[name]).text
        for name in others:
            wait.until(partial(opens, cold[name]), "computed without the other")
            if away != "home":
                check_everything(shops, name, period)
    for name in SERVERS:
        wait.until(partial(opens, cold[name]), lambda: shops.log.read_text()[-3000:])
    until_chosen(shops, away)
    check_everything(shops, away, "30d")
