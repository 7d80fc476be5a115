"""A shop moves to and fro while its link is open, and is read, sold, shared and revoked."""

import csv
import io
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from sqlalchemy import select
from tests.support import wait
from tests.support.spread import Spread, share

from common.db.sales import Order
from common.db.shares import Share
from common.db.tenancy import Access, transaction

pytestmark = pytest.mark.xdist_group("several-servers")

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
PRICE = "41.37"
COLUMNS = "order_id,paid_at,currency,line_id,product_id,quantity,unit_price"
PAUSE_SECONDS = 0.1
"""Between two rounds of one client: load that leaves others room."""
LATER = {429, 503}
"""What a client may be told instead: to come again."""


def net_sales(answer: httpx.Response) -> Decimal:
    """The sum of a link's CSV."""
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    return sum((Decimal(row["net_sales"]) for row in rows), Decimal())


@dataclass
class Crowd:
    """Threads that each do one thing again and again; what went wrong is raised in the end."""

    ended: threading.Event = field(default_factory=threading.Event)
    wrong: list[BaseException] = field(default_factory=list)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)

    def told(self, what: str, answer: httpx.Response) -> int:
        """Note an answer: nothing but what was asked for, or a wish to come again."""
        self.answers[what, answer.status_code] += 1
        if answer.status_code in LATER:
            assert "retry-after" in answer.headers, answer.text
        return answer.status_code

    def until_more(self, *wanted: tuple[str, int]) -> None:
        """Wait until each of these was answered once more, or something went wrong."""
        before = self.answers.copy()

        def more() -> bool:
            return bool(self.wrong) or all(self.answers[each] > before[each] for each in wanted)

        wait.until(more, lambda: str(self.answers))

    @contextmanager
    def doing(self, *tasks: Callable[[], None]) -> Iterator[None]:
        """Do each task over and over while the block lasts."""

        def over_and_over(task: Callable[[], None]) -> None:
            try:
                while not self.ended.wait(PAUSE_SECONDS) and not self.wrong:
                    task()
            except BaseException as error:  # noqa: BLE001 - raised by the test
                self.wrong.append(error)

        threads = [threading.Thread(target=over_and_over, args=(task,)) for task in tasks]
        for each in threads:
            each.start()
        try:
            yield
        finally:
            self.ended.set()
            for each in threads:
                each.join(wait.PATIENCE_SECONDS)
        for error in self.wrong:
            raise error


@dataclass
class Written:
    """What was answered 2xx, and has to be there afterwards."""

    issued: dict[str, str] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    tried: int = 0


class Customer:
    """Sells, shares and revokes for a shop, and knows what it was told."""

    def __init__(self, system: Spread, admin: httpx.Client, crowd: Crowd) -> None:
        self.system, self.admin, self.crowd = system, admin, crowd
        self.known = Written()

    def sell(self) -> None:
        self.known.tried += 1
        number = f"N{self.known.tried}"
        paid = (datetime.now(UTC) - timedelta(days=3)).isoformat()
        line = {"lineId": "1", "productId": "P1", "quantity": 1, "unitPrice": "1.00"}
        order = {"orderId": number, "paidAt": paid, "currency": "EUR", "lines": [line]}
        answer = self.admin.post("/api/admin/sales/orders", json={"orders": [order]})
        if self.crowd.told("sell", answer) == 200:
            self.known.orders.add(number)
        else:
            assert answer.status_code in LATER, answer.text

    def bring(self) -> None:
        """Import a file, and wait until it is in."""
        self.known.tried += 1
        number = f"F{self.known.tried}"
        paid = (datetime.now(UTC) - timedelta(days=3)).isoformat()
        rows = f"{COLUMNS}\n{number},{paid},EUR,1,P1,1,1.00\n"
        taken = self.admin.post(
            "/api/admin/imports", content=rows, headers={"Content-Type": "text/csv"}
        )
        if self.crowd.told("bring", taken) != 202:
            assert taken.status_code in LATER, taken.text
            return
        self.known.orders.add(number)

        def ended() -> bool:
            found = self.admin.get(taken.headers["location"])
            assert found.status_code in {200, *LATER}, found.text
            state = found.json()["state"] if found.status_code == 200 else ""
            assert state != "failed", found.text
            return state == "succeeded" or self.crowd.ended.is_set()

        wait.until(ended, "imported")
        self.crowd.answers["imported", 200] += 1

    def share_and_revoke(self) -> None:
        path = "/api/admin/analytics/revenue-overview/share"
        issued = self.admin.post(path, json={"period": "30d"})
        if self.crowd.told("issue", issued) != 201:
            assert issued.status_code in LATER, issued.text
            return
        url, entry = issued.json()["url"], issued.headers["location"]
        self.known.issued[entry] = url
        opened = httpx.get(url, headers=BROWSER, timeout=wait.PATIENCE_SECONDS)
        assert self.crowd.told("open", opened) in {200, *LATER}, opened.text[:500]
        if len(self.known.issued) % 2:
            return
        revoked = self.admin.delete(entry)
        if self.crowd.told("revoke", revoked) == 204:
            self.known.revoked.add(entry)
            again = httpx.get(url, headers=BROWSER, timeout=wait.PATIENCE_SECONDS)
            assert self.crowd.told("open revoked", again) in {403, 503}, "never again"


def test_a_shop_moves_under_load_and_nothing_is_lost_or_wrong(system: Spread) -> None:
    moving_id = system.add_shop("moving", "east", PRICE)
    system.add_shop("staying", "east", PRICE)
    crowd = Crowd()
    with (
        system.admin("moving") as seller,
        system.admin("moving") as sharer,
        system.admin("moving") as importer,
        system.admin("staying") as other,
    ):
        url, _ = share(sharer)
        others_url, _ = share(other)
        selling, sharing = Customer(system, seller, crowd), Customer(system, sharer, crowd)
        bringing = Customer(system, importer, crowd)

        def read() -> None:
            answer = httpx.get(f"{url}/csv", timeout=wait.PATIENCE_SECONDS)
            status = crowd.told("read", answer)
            assert status in {200, *LATER}, answer.text[:500]
            if status == 200:  # what was sold when it was computed
                extra = net_sales(answer) - Decimal(PRICE)
                assert 0 <= extra <= selling.known.tried + bringing.known.tried, extra

        def look() -> None:
            answer = httpx.get(url, headers=BROWSER, timeout=wait.PATIENCE_SECONDS)
            if crowd.told("look", answer) == 200:
                assert "Moving" in answer.text
                assert "Staying" not in answer.text
            else:
                assert answer.status_code in LATER, answer.text[:500]

        def others() -> None:
            answer = httpx.get(f"{others_url}/csv", timeout=wait.PATIENCE_SECONDS)
            assert crowd.told("others", answer) == 200
            assert net_sales(answer) == Decimal(PRICE)
            issued = other.post(
                "/api/admin/analytics/revenue-overview/share", json={"period": "7d"}
            )
            assert crowd.told("others issue", issued) in {201, 429}, issued.text

        wait.until(lambda: httpx.get(f"{others_url}/csv").status_code == 200, "computed")
        writing = (selling.sell, bringing.bring, sharing.share_and_revoke)
        tasks = (read, look, others, *writing)
        with crowd.doing(*tasks):
            for to in ("west", "home", "east", "home"):
                print(system.move("moving", to))
                crowd.until_more(
                    *(("sell", 200), ("imported", 200), ("issue", 201)),
                    *(("read", 200), ("revoke", 204)),
                )
        print(crowd.answers)

    def orders_now() -> set[str]:
        with transaction(system.engine, Access(tenant_id=moving_id)) as session:
            return set(session.scalars(select(Order.external_id)))

    written = selling.known.orders | bringing.known.orders
    wait.until(lambda: written <= orders_now(), "imports that were taken are in")
    orders = orders_now()
    with transaction(system.engine, Access(tenant_id=moving_id)) as session:
        entries = {str(row.id): row.revoked_at for row in session.scalars(select(Share))}
    issued = {entry.rpartition("/")[2] for entry in sharing.known.issued}
    revoked = {entry.rpartition("/")[2] for entry in sharing.known.revoked}
    assert issued <= set(entries)
    assert revoked <= {entry for entry, revoked_at in entries.items() if revoked_at is not None}
    for entry in sharing.known.revoked:
        answer = httpx.get(
            sharing.known.issued[entry], headers=BROWSER, timeout=wait.PATIENCE_SECONDS
        )
        assert answer.status_code == 403
    wait.until(
        lambda: net_sales(httpx.get(f"{url}/csv")) == Decimal(PRICE) + len(orders) - 1,
        "everything that was sold is shown",
    )
