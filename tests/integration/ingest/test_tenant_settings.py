"""A shop's zone and currency, set right from the command line."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from redis import Redis
from sqlalchemy import Engine, insert, text
from tests.support import wait
from tests.support.lock_waits import somebody_waits

from accounts.provisioning import create_tenant
from analytics.cli import main
from common.db.sales import LOCK_LEDGER, NEXT_VERSION
from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.links import tenant_names
from common.links.tenant_names import TenantName
from common.reports.window import Period, window_of
from common.reports_cache.cache import data_version_key
from ingest.formats import registry
from ingest.import_files import BasisChangedError, FileKind, ImportFile, _Attempt
from ingest.ledger.load import load_sales
from ingest.progress import Meter
from ingest.rows import OrderLineRow, ProductRow

Run = Callable[..., Result]
Line = Callable[..., OrderLineRow]
LATE = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)  # 00:30 of the 10th in Berlin
SLUG = "acme"


@pytest.fixture
def tenant_id(service_engine: Engine) -> int:
    return create_tenant(
        service_engine, slug=SLUG, name="A shop", currency="EUR", timezone="Europe/Berlin"
    )


@pytest.fixture
def run(service_url: str, redis_url: str, tenant_id: int) -> Run:
    def command(*arguments: str, redis: str = redis_url) -> Result:
        assert tenant_id
        environment = {"DATABASE_URL": service_url, "REDIS_URL": redis, "BROKER_URL": redis}
        return CliRunner().invoke(main, ["set-" + arguments[0], *arguments[1:]], env=environment)

    return command


def zone(run: Run, name: str, **given: str) -> Result:
    return run("timezone", "--tenant", SLUG, name, **given)


def currency(run: Run, name: str) -> Result:
    return run("currency", "--tenant", SLUG, name)


def share(engine: Engine, tenant_id: int, window_zone: str, **given: Any) -> None:
    """A link to the last week of a zone, issued now and live for a day."""
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        window = window_of(Period.WEEK, ZoneInfo(window_zone), now=LATE)
        facts = {
            "tenant_id": tenant_id,
            "id": uuid4(),
            "link_id": uuid4(),
            "report": "revenue-overview",
            "period": "7d",
            "window_from": window.start,
            "window_to": window.end,
            "key_id": "k",
            "issued_at": datetime.now(UTC),
            "expires_at": datetime.max.replace(tzinfo=UTC),
        }
        session.execute(insert(Share).values(**facts | given))


def test_days_version_names_and_log_follow_the_zone(
    service_engine: Engine, redis_client: Redis, tenant_id: int, run: Run, read: Any, line: Line
) -> None:
    load_sales(
        service_engine, tenant_id, order_lines=[line("o1", "1", placed_at=LATE, paid_at=LATE)]
    )
    assert read("SELECT DISTINCT day FROM dirty_days") == [(date(2026, 3, 10),)]
    done = zone(run, "America/New_York")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (
        "acme counts the days of America/New_York now\n"
        "times without an offset were read by the clocks of Europe/Berlin:"
        " import files that have such again\n"
    )
    assert read("SELECT DISTINCT day FROM dirty_days") == [(date(2026, 3, 9),)]
    assert read("SELECT timezone FROM tenants") == [("America/New_York",)]
    assert read("SELECT version FROM ledger_versions") == [(2,)]
    assert redis_client.get(data_version_key(tenant_id)) == b"2"
    named = redis_client.get(tenant_names.key(tenant_id))
    assert isinstance(named, bytes)
    assert tenant_names.parse(named) == TenantName("A shop", "America/New_York")
    entries = read("SELECT action, actor, subject, details FROM audit_entries")
    assert entries == [
        ("timezone.changed", "command line", "America/New_York", {"before": "Europe/Berlin"})
    ]
    assert zone(run, "America/New_York").stdout == (
        "acme counts the days of America/New_York already\n"
    )
    assert read("SELECT version FROM ledger_versions") == [(2,)]
    assert len(read("SELECT 1 FROM audit_entries")) == 1


def test_live_links_with_days_of_another_zone_are_counted(
    service_engine: Engine, tenant_id: int, run: Run
) -> None:
    for window_zone in ("Europe/Berlin", "Europe/Berlin", "Asia/Tokyo"):
        share(service_engine, tenant_id, window_zone)
    past = datetime(2026, 3, 1, tzinfo=UTC)
    share(
        service_engine,
        tenant_id,
        "UTC",
        issued_at=past,
        expires_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    share(service_engine, tenant_id, "UTC", revoked_at=datetime.now(UTC))
    windows = text("SELECT window_from, window_to FROM shares ORDER BY id")
    with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
        before = session.execute(windows).all()
    for name, links in (
        ("Asia/Tokyo", "2 live links keep their window"),
        ("Europe/Paris", "1 live link keeps its window"),  # whose days are those of Berlin
        ("UTC", "3 live links keep their window"),
    ):
        assert zone(run, name).stdout.splitlines()[1:] == [
            f"{links}, which is of days of another zone: issue anew for whole days"
        ]
    with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
        assert session.execute(windows).all() == before


def test_a_load_under_way_is_waited_for(
    service_engine: Engine, owner_engine: Engine, tenant_id: int, run: Run, read: Any
) -> None:
    """A load takes the ledger's lock, then the shop's row and the version: the change does too."""
    with ThreadPoolExecutor(1) as thread:
        with transaction(service_engine, Access(tenant_id=tenant_id)) as loading:
            mine = {"tenant_id": tenant_id}
            loading.connection().exec_driver_sql(LOCK_LEDGER, mine)
            changed = thread.submit(zone, run, "Asia/Tokyo")
            wait.until(lambda: somebody_waits(owner_engine), "the change waits")
            loading.execute(text("SELECT 1 FROM tenants FOR SHARE"))
            loading.connection().exec_driver_sql(NEXT_VERSION, mine)
        assert changed.result().exit_code == 0
    assert read("SELECT version FROM ledger_versions") == [(2,)]


def test_without_redis_the_zone_is_changed_all_the_same(run: Run, read: Any) -> None:
    done = zone(run, "Asia/Tokyo", redis="redis://127.0.0.1:1")
    assert done.exit_code == 0
    assert read("SELECT timezone FROM tenants") == [("Asia/Tokyo",)]
    assert read("SELECT version FROM ledger_versions") == [(1,)], "a computation tells it"


def test_the_currency_of_a_shop_without_amounts_is_changed(run: Run, read: Any) -> None:
    assert currency(run, "JPY").stdout == "acme sells in JPY\n"
    assert currency(run, "JPY").stdout == "acme sells in JPY\n"
    assert read("SELECT currency FROM tenants") == [("JPY",)]
    entries = read("SELECT action, actor, subject, details FROM audit_entries")
    assert entries == [("currency.changed", "command line", "JPY", {"before": "EUR"})]
    assert read("SELECT version FROM ledger_versions") == [(1,)]


def test_a_currency_with_amounts_stays(
    service_engine: Engine, tenant_id: int, run: Run, read: Any, line: Line
) -> None:
    facts: dict[str, Any] = dict.fromkeys(ProductRow._fields)
    product = ProductRow(**facts | {"position": 1, "product_id": "p", "title": "P"})
    load_sales(service_engine, tenant_id, products=[product])
    assert currency(run, "USD").exit_code == 0, "a product without a cost has no amount"
    load_sales(service_engine, tenant_id, products=[product._replace(unit_cost=5)])
    refused = currency(run, "EUR")
    assert refused.exit_code == 1
    assert refused.stderr == (
        "analytics: the tenant 'acme' has orders or costs in USD: its currency stays\n"
    )
    load_sales(service_engine, tenant_id, products=[product])
    load_sales(service_engine, tenant_id, order_lines=[line("o1", "1")])
    assert currency(run, "EUR").exit_code == 1
    assert currency(run, "USD").exit_code == 0, "it is that already"
    assert read("SELECT currency FROM tenants") == [("USD",)]


def test_a_shop_whose_name_is_too_long_to_be_written_is_told_so(
    owner_engine: Engine, run: Run, read: Any
) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("ALTER TABLE tenants DROP CONSTRAINT ck_tenants_name"))
        connection.execute(text("UPDATE tenants SET name = repeat('x', 201)"))
        connection.execute(
            text(
                "ALTER TABLE tenants ADD CONSTRAINT ck_tenants_name"
                " CHECK (char_length(name) <= 200) NOT VALID"
            )
        )
    for done in (zone(run, "Asia/Tokyo"), currency(run, "JPY")):
        assert done.exit_code == 1
        assert done.stderr == f"analytics: name '{'x' * 20}…': use at most 200 characters\n"
    assert zone(run, "Europe/Berlin").exit_code == 0, "nothing is to be written"
    assert read("SELECT currency, timezone FROM tenants") == [("EUR", "Europe/Berlin")]


@pytest.mark.parametrize(
    ("setting", "slug", "value", "said"),
    [
        ("timezone", SLUG, "Mars/Olympus", "not a zone of the IANA list"),
        ("timezone", "nobody", "UTC", "there is no tenant 'nobody'"),
        ("currency", SLUG, "eur", "not a currency of ISO 4217"),
        ("currency", "nobody", "EUR", "there is no tenant 'nobody'"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(
    run: Run, read: Any, setting: str, slug: str, value: str, said: str
) -> None:
    done = run(setting, "--tenant", slug, value)
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert read("SELECT currency, timezone FROM tenants") == [("EUR", "Europe/Berlin")]
    assert read("SELECT 1 FROM audit_entries") == []


ORDERS = """order_id,paid_at,currency,line_id,product_id,quantity,unit_price
O1,2026-03-01T10:00:00+01:00,EUR,1,P1,2,10.00
"""


@pytest.mark.parametrize("setting", ["timezone", "currency", "gift-cards"])
def test_what_is_set_while_sales_are_read_is_not_loaded_by_the_old(
    service_engine: Engine, tenant_id: int, run: Run, read: Any, setting: str
) -> None:
    """Files are opened, the setting changes, and only then the load holds the ledger."""
    other = {"timezone": "Asia/Tokyo", "currency": "JPY", "gift-cards": "sale"}[setting]
    attempt = opened(service_engine, tenant_id)
    assert run(setting, "--tenant", SLUG, other).exit_code == 0
    with pytest.raises(BasisChangedError, match="import again"):
        attempt.run(None)
    assert read("SELECT count(*) FROM orders") == [(0,)]
    again = ORDERS.replace("EUR", "JPY").replace("10.00", "10") if setting == "currency" else ORDERS
    assert opened(service_engine, tenant_id, again).run(None).summary.orders_new == 1


def opened(engine: Engine, tenant_id: int, content: str = ORDERS) -> Any:
    """An import that has read the tenant's settings and nothing else."""
    files = {FileKind.ORDERS: ImportFile("orders.csv", iter([content.encode()]))}
    return _Attempt(engine, tenant_id, files, registry.FALLBACK, 5, Meter(), False)


def test_what_gift_cards_are_is_set_and_told(run: Run, read: Any) -> None:
    done = run("gift-cards", "--tenant", SLUG, "liability")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (
        "gift cards that acme sells are a liability, and what is bought with them is the sale\n"
    )
    assert read("SELECT gift_cards FROM tenants") == [("liability",)]
    assert read("SELECT action, subject, details FROM audit_entries") == [
        ("gift-cards.changed", "liability", {"before": "platform"})
    ]
    assert run("gift-cards", "--tenant", SLUG, "both").exit_code == 2
