"""Imports over HTTP: received in pieces, run by a worker, looked at while and after."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import Engine, select, text, update
from tests.integration.share_api.conftest import Serve, Service, World, assert_problem
from tests.support.lock_waits import overtaken

from accounts.tenant_settings import set_timezone
from common.db.audit import COMMAND_LINE, Author
from common.db.imports import Import, ImportChunk, ImportState
from common.db.metadata import Model
from common.db.tenancy import Access, TenantDb, transaction
from common.jobs.payloads import RunImport
from ingest.formats import registry
from ingest.sources import FileKind
from share_api.imports.upload import MOST_UNFINISHED, TooManyImportsError, begin_upload
from worker.imports import run
from worker.imports.slots import slot
from worker.imports.uploaded import MOST_ATTEMPTS
from worker.settings import IMPORTS_AT_ONCE

PATH = "/api/admin/imports"
ORDERS = """order_id,paid_at,currency,line_id,product_id,quantity,unit_price
O1,2026-03-01T10:00:00+01:00,EUR,1,P1,2,10.00
O2,2026-03-02T10:00:00+01:00,EUR,1,P1,1,10.00
"""
REFUNDS = (
    "refund_id,order_id,line_id,processed_at,quantity,amount\n"
    "R1,O1,1,2026-03-05T10:00:00Z,1,10.00\n"
)
STOCK = "product_id,counted_at,on_hand\nP1,2026-03-05T00:00:00Z,12\n"
CSV = {"Content-Type": "text/csv"}


def as_files(**contents: str) -> dict[str, Any]:
    return {"files": {name: (f"{name}.csv", text) for name, text in contents.items()}}


def started(answer: httpx.Response) -> str:
    assert answer.status_code == 202, answer.text
    location: str = answer.headers["location"]
    assert location == f"{PATH}/{answer.json()['id']}"
    return location


def work(engine: Engine) -> None:
    """What a worker's sweep does, until nothing is left."""
    while (job := run.next_import(engine)) is not None:
        run.run_import(engine, job)


def stored(engine: Engine, tenant_id: int, query: str) -> list[Any]:
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        return list(session.scalars(text(query)))


def audited(client: httpx.Client, import_id: str) -> list[tuple[str, str, dict[str, Any]]]:
    log = client.get("/api/admin/analytics/audit", params={"subject": import_id}).json()["items"]
    return [(each["action"], each["actor"], each["details"]) for each in log]


def test_a_csv_is_received_run_and_told(anna: httpx.Client, world: World) -> None:
    answer = anna.post(PATH, content=ORDERS, headers=CSV)
    location = started(answer)
    waiting = anna.get(location).json()
    assert waiting == answer.json()
    assert waiting["state"] == "queued"
    assert waiting["progress"] == {"bytes": 0, "totalBytes": len(ORDERS), "rows": 0}
    assert (waiting["result"], waiting["errors"], waiting["finishedAt"]) == (None, None, None)
    work(world.engine)
    done = anna.get(location).json()
    assert done["state"] == "succeeded"
    assert done["progress"] == {"bytes": len(ORDERS), "totalBytes": len(ORDERS), "rows": 2}
    assert done["result"]["orders"] == {"new": 2, "replaced": 0, "unchanged": 0}
    assert (done["result"]["netSales"], done["result"]["currency"]) == ("30.00", "EUR")
    assert done["result"]["firstEventAt"] == "2026-03-01T09:00:00.000Z"
    assert done["finishedAt"] >= done["createdAt"]
    assert [each["id"] for each in anna.get(PATH).json()["items"]] == [done["id"]]
    assert audited(anna, done["id"]) == [
        ("import.succeeded", "worker", {"rows": 2}),
        ("import.started", "anna@example.com", {"bytes": len(ORDERS)}),
    ]
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM import_chunks") == [0]
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM order_lines") == [2]


def test_a_form_brings_several_files(anna: httpx.Client, world: World) -> None:
    location = started(anna.post(PATH, **as_files(orders=ORDERS, refunds=REFUNDS, stock=STOCK)))
    work(world.engine)
    result = anna.get(location).json()["result"]
    assert (result["refunds"], result["stockCounts"], result["netSales"]) == (1, 1, "20.00")


def test_bad_rows_are_told_and_nothing_is_loaded(anna: httpx.Client, world: World) -> None:
    bad = ORDERS.replace("P1,2,10.00", 'P1,2,"10,00"')
    location = started(anna.post(PATH, **as_files(orders=bad, refunds=REFUNDS)))
    work(world.engine)
    failed = anna.get(location).json()
    assert (failed["state"], failed["errorCount"], failed["result"]) == ("failed", 1, None)
    assert failed["errors"] == [
        {
            "file": "orders.csv",
            "fileName": "orders.csv",
            "line": 2,
            "column": "unit_price",
            "value": "10,00",
            "reason": "has a decimal comma: write 10.00",
        }
    ]
    assert audited(anna, failed["id"])[0] == ("import.failed", "worker", {"errors": 1})
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM orders") == [0]
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM import_chunks") == [0]


def test_files_are_called_what_their_sender_calls_them(anna: httpx.Client, world: World) -> None:
    bad = ORDERS.replace("P1,2,10.00", 'P1,2,"10,00"')
    sent = {
        "orders": ("C:\\Exporte\\Mai\u202e 2026.csv", bad),
        "stock": ("stock.csv", STOCK),
        "refunds": (None, REFUNDS),
    }
    location = started(anna.post(PATH, files=sent))
    names = {"orders": "Mai 2026.csv", "stock": "stock.csv"}
    assert anna.get(location).json()["fileNames"] == names
    work(world.engine)
    failed = anna.get(location).json()
    assert [(each["file"], each["fileName"]) for each in failed["errors"]] == [
        ("orders.csv", "Mai 2026.csv")
    ]
    assert anna.get(PATH).json()["items"][0]["fileNames"] == names
    unnamed = anna.get(started(anna.post(PATH, content=ORDERS, headers=CSV))).json()
    assert unnamed["fileNames"] is None


def test_a_large_file_is_kept_in_chunks(anna: httpx.Client, world: World) -> None:
    header, row, _ = ORDERS.splitlines()
    content = "\n".join([header, *(row.replace("O1", f"O{n}") for n in range(60_000))])
    location = started(anna.post(PATH, content=content, headers=CSV))
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        chunks = session.scalars(select(ImportChunk.number).order_by(ImportChunk.number)).all()
    assert list(chunks) == list(range(len(content) // 2**20 + 1))
    work(world.engine)
    assert anna.get(location).json()["result"]["lines"] == 60_000


def test_a_shopify_export_is_named_by_the_query(anna: httpx.Client, world: World) -> None:
    export = (
        "Name,Paid at,Currency,Lineitem quantity,Lineitem name,Lineitem price\n"
        "#1,2026-03-01 10:00:00 +0100,EUR,1,Mug,10.00\n"
    )
    location = started(anna.post(f"{PATH}?format=shopify", content=export, headers=CSV))
    work(world.engine)
    assert anna.get(location).json()["result"]["orders"]["new"] == 1
    assert_problem(anna.post(f"{PATH}?format=excel", content=export, headers=CSV), 400)


SHOPIFY = (
    "Name,Paid at,Currency,Subtotal,Total,Lineitem quantity,Lineitem name,Lineitem price\n"
    "#1,2026-03-01 10:00:00 +0100,EUR,10.00,13.00,1,Mug,10.00\n"
)


@pytest.mark.parametrize(
    ("content", "found"),
    [(ORDERS, "own"), (SHOPIFY, "shopify"), ("\ufeff" + SHOPIFY, "shopify"), ("a,b\n1,2\n", "own")],
)
def test_the_format_is_found_by_the_columns(
    anna: httpx.Client, world: World, content: str, found: str
) -> None:
    """However the pieces of the body come: the second byte is a piece of its own."""
    encoded = content.encode()
    location = started(anna.post(PATH, content=iter([encoded[:1], encoded[1:]]), headers=CSV))
    assert anna.get(location).json()["format"] == found
    work(world.engine)
    done = anna.get(location).json()
    assert (done["result"] or {"format": "own"})["format"] == done["format"] == found
    assert done["checked"] is False


def test_prices_with_tax_are_said_by_the_query_of_our_own_columns_alone(
    anna: httpx.Client, world: World
) -> None:
    taxed = "order_id,paid_at,currency,line_id,product_id,quantity,unit_price,tax\n"
    taxed += "O1,2026-03-01T10:00:00+01:00,EUR,1,P1,1,11.90,1.90\n"
    asked = {"pricesIncludeTax": "true"}
    location = started(anna.post(PATH, content=taxed, headers=CSV, params=asked))
    work(world.engine)
    assert anna.get(location).json()["result"]["netSales"] == "10.00"
    shopify = "Name,Paid at,Currency,Lineitem quantity,Lineitem name,Lineitem price\n"
    location = started(anna.post(PATH, content=shopify, headers=CSV, params=asked))
    work(world.engine)
    view = anna.get(location).json()
    assert (view["state"], view["errorCount"]) == ("failed", 1)
    assert "is found out in a Shopify orders export" in view["errors"][0]["reason"]


def test_a_zone_that_is_set_while_an_upload_is_read_has_it_read_again(
    anna: httpx.Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has read the tenant's settings; the zone is set; then it holds the ledger."""
    location = started(anna.post(PATH, content=ORDERS, headers=CSV))
    slug = stored(world.engine, world.berlin, "SELECT slug FROM tenants")[0]
    zones = iter(["Asia/Tokyo"])

    def attempt(*given: object, **named: object) -> object:
        reader = open_reader(*given, **named)  # type: ignore[arg-type]
        for zone in zones:
            set_timezone(world.engine, tenant=slug, timezone=zone, author=COMMAND_LINE)
        return reader

    open_reader = registry.open_reader
    monkeypatch.setattr(registry, "open_reader", attempt)
    work(world.engine)
    view = anna.get(location).json()
    assert (view["state"], view["result"]["orders"]["new"]) == ("succeeded", 2)
    assert stored(world.engine, world.berlin, "SELECT timezone FROM tenants") == ["Asia/Tokyo"]


def test_orders_of_closed_days_that_changed_are_told_and_audited(
    anna: httpx.Client, world: World
) -> None:
    started(anna.post(PATH, content=ORDERS, headers=CSV))
    work(world.engine)
    location = started(anna.post(PATH, content=ORDERS.replace(",2,10.00", ",3,10.00"), headers=CSV))
    work(world.engine)
    view = anna.get(location).json()
    days = {"orders": 1, "days": 1, "byDay": [{"day": "2026-03-01", "orders": 1}]}
    assert view["result"]["closedDays"] == days
    entries = anna.get("/api/admin/analytics/audit", params={"action": "import.succeeded"}).json()
    told = [each["details"].get("closedDays") for each in entries["items"]]
    assert told == ["1 order of a closed day changed: 2026-03-01", None]


def test_a_format_that_is_named_is_taken_at_its_word(anna: httpx.Client, world: World) -> None:
    location = started(anna.post(f"{PATH}?format=own", content=SHOPIFY, headers=CSV))
    work(world.engine)
    assert anna.get(location).json()["state"] == "failed"


def state_of(world: World) -> list[list[Any]]:
    """Every row of the tenant's, but the entries of imports."""
    tables = [name for name in Model.metadata.tables if not name.startswith("import")]
    queries = [f"SELECT t::text FROM {table} t ORDER BY 1" for table in tables]  # noqa: S608 - ours
    return [stored(world.engine, world.berlin, query) for query in queries]


def test_a_check_tells_what_the_import_tells_and_changes_nothing(
    anna: httpx.Client, world: World
) -> None:
    started(anna.post(PATH, content=ORDERS, headers=CSV))
    work(world.engine)
    before = state_of(world)
    location = started(anna.post(f"{PATH}?check=true", content=SHOPIFY, headers=CSV))
    assert anna.get(location).json()["checked"] is True
    job = run.next_import(world.engine)
    assert job is not None
    assert run.run_import(world.engine, job) is False
    checked = anna.get(location).json()
    assert state_of(world) == before
    assert audited(anna, checked["id"]) == []
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM import_chunks") == [1]
    again = started(anna.post(PATH, content=SHOPIFY, headers=CSV))
    work(world.engine)
    done = anna.get(again).json()
    assert (checked["state"], checked["progress"]) == (done["state"], done["progress"])
    told, differ = checked["result"], {"checked": False, "ledgerVersion": 2}
    assert (told["checked"], told["ledgerVersion"]) == (True, None)
    assert told | differ == done["result"]
    assert told["reconciled"]["unexplained"] == [{"order": "#1", "amount": "3.00"}]
    assert told["notes"]


def test_a_check_of_bad_rows_names_them_and_no_audit_entry_does(
    anna: httpx.Client, world: World
) -> None:
    before = state_of(world)
    bad = ORDERS.replace("10.00", "ten")
    location = started(anna.post(f"{PATH}?check=true", content=bad, headers=CSV))
    work(world.engine)
    failed = anna.get(location).json()
    assert (failed["state"], failed["errorCount"], failed["checked"]) == ("failed", 2, True)
    assert state_of(world) == before


def test_a_check_that_breaks_off_is_given_up_without_an_audit_entry(world: World) -> None:
    before = state_of(world)
    broken(world.engine, world.berlin, attempts=MOST_ATTEMPTS, checked=True)
    work(world.engine)
    assert stored(world.engine, world.berlin, "SELECT state FROM imports") == ["failed"]
    assert state_of(world) == before


def test_a_format_that_the_worker_does_not_have_ends_the_import(
    anna: httpx.Client, world: World
) -> None:
    location = started(anna.post(PATH, content=ORDERS, headers=CSV))
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        session.execute(update(Import).values(format="elsewhere"))
    work(world.engine)
    failed = anna.get(location).json()
    assert (failed["state"], failed["format"], failed["errorCount"]) == ("failed", "elsewhere", 1)
    assert "'elsewhere' is not installed" in failed["errors"][0]["reason"]
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM import_chunks") == [0]


@pytest.mark.parametrize("announced", [True, False])
def test_too_much_is_refused_and_not_kept(serve: Serve, world: World, announced: bool) -> None:
    with serve(SHARE_API_IMPORT_MAX_BYTES=200_000).admin() as client:
        content = b"x" * 300_000
        body = content if announced else iter([content[:150_000], content[150_000:]])
        problem = assert_problem(client.post(PATH, content=body, headers=CSV), 413)
        assert "200000 bytes" in problem["detail"]
        assert client.get(PATH).json() == {"items": []}
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM imports") == [0]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"json": {}}, 415),
        ({"content": ORDERS}, 415),
        ({"files": {"orders": ("a", ORDERS), "other": ("b", "x")}}, 400),
        ({"files": [("orders", ("a", ORDERS)), ("orders", ("b", ORDERS))]}, 400),
        ({"content": b"--x\r\n", "headers": {"Content-Type": "multipart/form-data"}}, 400),
        (
            {
                "content": b"--x\r\n\r\n",
                "headers": {"Content-Type": "multipart/form-data; boundary=x"},
            },
            400,
        ),
        (
            {
                "content": b"nonsense",
                "headers": {"Content-Type": "multipart/form-data; boundary=x"},
            },
            400,
        ),
    ],
)
def test_what_is_no_upload_is_refused(
    anna: httpx.Client, world: World, request_: dict[str, Any], status: int
) -> None:
    assert_problem(anna.post(PATH, **request_), status)
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM imports") == [0]


def test_an_empty_body_is_a_file_without_a_header(anna: httpx.Client, world: World) -> None:
    location = started(anna.post(PATH, content=b"", headers=CSV))
    work(world.engine)
    assert "is empty" in anna.get(location).json()["errors"][0]["reason"]


@pytest.mark.parametrize("kind", FileKind)
def test_a_part_without_a_byte_is_a_file_without_a_header(
    anna: httpx.Client, world: World, kind: FileKind
) -> None:
    parts = {FileKind.ORDERS.value: ("sales.csv", ORDERS), kind.value: ("mine.csv", "")}
    location = started(anna.post(PATH, files=parts, params={"check": "true"}))
    work(world.engine)
    (fault,) = anna.get(location).json()["errors"]
    told = fault["file"], fault["fileName"], fault["reason"]
    assert told == (kind.plain_name, "mine.csv", "is empty: it needs a header line")


def test_a_session_and_a_tenant_are_needed_and_no_other_site(
    service: Service, anna: httpx.Client
) -> None:
    with service.client() as stranger:
        assert_problem(stranger.post(PATH, content=ORDERS, headers=CSV), 403)
        assert_problem(stranger.get(PATH), 403)
    cross = CSV | {"Origin": "https://evil.example"}
    assert_problem(anna.post(PATH, content=ORDERS, headers=cross), 403)
    with service.admin("anna", None) as undecided:
        assert_problem(undecided.post(PATH, content=ORDERS, headers=CSV), 403)


def test_another_tenants_import_is_none(anna: httpx.Client, ben: httpx.Client) -> None:
    location = started(anna.post(PATH, content=ORDERS, headers=CSV))
    assert_problem(ben.get(location), 404)
    assert ben.get(PATH).json() == {"items": []}
    for unknown in (uuid4(), "x", "%00"):
        assert_problem(anna.get(f"{PATH}/{unknown}"), 404)


def test_no_more_than_a_few_wait(anna: httpx.Client, ben: httpx.Client) -> None:
    for _ in range(5):
        started(anna.post(PATH, content=ORDERS, headers=CSV))
    answer = anna.post(PATH, content=ORDERS, headers=CSV)
    assert_problem(answer, 429)
    assert answer.headers["retry-after"] == "30"
    started(ben.post(PATH, content=ORDERS, headers=CSV))


def broken(engine: Engine, tenant_id: int, **values: Any) -> RunImport:
    """An import in the state that a killed worker or client leaves behind."""
    row = Import(
        tenant_id=tenant_id,
        id=uuid4(),
        format="own",
        **({"created_at": datetime(2026, 3, 1, tzinfo=UTC), "state": "running"} | values),
    )
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        session.add(row)
    return RunImport(tenant_id, row.id)


def test_what_a_killed_worker_left_is_run_again(anna: httpx.Client, world: World) -> None:
    location = started(anna.post(PATH, content=ORDERS, headers=CSV))
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        session.execute(text("UPDATE imports SET state = 'running', attempts = 1"))
    job = run.next_import(world.engine)
    assert job is not None
    run.run_import(world.engine, job)
    assert anna.get(location).json()["state"] == "succeeded"
    run.run_import(world.engine, job)  # the message once more: it is done
    assert stored(world.engine, world.berlin, "SELECT version FROM ledger_versions") == [1]


def test_an_import_that_breaks_off_again_and_again_is_given_up(world: World) -> None:
    job = broken(world.engine, world.berlin, attempts=MOST_ATTEMPTS)
    work(world.engine)
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        row = session.get_one(Import, (world.berlin, job.import_id))
        assert row.state == ImportState.FAILED
        assert row.outcome is not None
        assert "given up" in row.outcome["errors"][0]["reason"]


def test_files_of_a_check_that_is_imported_stay_when_the_next_check_ends(
    anna: httpx.Client, world: World
) -> None:
    first = started(anna.post(f"{PATH}?check=true", content=ORDERS, headers=CSV))
    work(world.engine)
    started(anna.post(f"{PATH}?check=true", content=SHOPIFY, headers=CSV))
    job = run.next_import(world.engine)
    assert job is not None
    of_first = Import.id == UUID(first.rpartition("/")[2])
    queued = update(Import).where(of_first).values(checked=False, state="queued", finished_at=None)
    overtaken(world.engine, world.berlin, queued, lambda: run.run_import(world.engine, job))
    work(world.engine)
    assert anna.get(first).json()["state"] == "succeeded"
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM orders") == [2]


@pytest.mark.parametrize("checked", [False, True])
def test_an_import_whose_files_are_gone_fails(world: World, checked: bool) -> None:
    job = broken(world.engine, world.berlin, state="queued", checked=checked)
    work(world.engine)
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        row = session.get_one(Import, (world.berlin, job.import_id))
        assert row.state == ImportState.FAILED
        assert row.outcome is not None
        assert row.outcome["errors"][0]["reason"] == "the files are gone: choose them again"
    assert stored(world.engine, world.berlin, "SELECT version FROM ledger_versions") == []


def test_an_upload_that_arrives_while_it_is_cleared_away_stays(world: World) -> None:
    broken(world.engine, world.berlin, state="receiving")
    arrived = update(Import).values(state="queued")
    overtaken(world.engine, world.berlin, arrived, lambda: run.next_import(world.engine))
    assert stored(world.engine, world.berlin, "SELECT state FROM imports") == ["queued"]


def test_what_never_arrived_is_cleared_away(world: World) -> None:
    broken(world.engine, world.berlin, state="receiving")
    assert run.next_import(world.engine) is None
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM imports") == [0]


def test_one_import_of_a_shop_runs_at_a_time(anna: httpx.Client, world: World) -> None:
    location = started(anna.post(PATH, content=ORDERS, headers=CSV))
    job = run.next_import(world.engine)
    assert job is not None
    with slot(world.engine, world.berlin, IMPORTS_AT_ONCE) as free:
        assert free
        assert run.next_import(world.engine) is None
        run.run_import(world.engine, job)
        assert anna.get(location).json()["state"] == "queued"
    run.run_import(world.engine, job)
    assert anna.get(location).json()["state"] == "succeeded"


def test_imports_begun_at_once_do_not_slip_through(world: World) -> None:
    """Held until all of them have come, so that each would count before another has begun."""
    author = Author("anna@example.com", world.admins["anna"], None)
    gate = threading.Barrier(12)

    def begin(_: int) -> bool:
        gate.wait()
        try:
            begin_upload(
                TenantDb(world.engine, world.berlin),
                layout="own",
                author=author,
                most=1,
                now=datetime.now(UTC),
            )
        except TooManyImportsError:
            return False
        return True

    with ThreadPoolExecutor(12) as threads:
        assert sum(threads.map(begin, range(12))) == MOST_UNFINISHED
