"""Files in the console: checked, imported, refused; by a form with the session's token first."""

import csv
import io
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import text
from tests.integration.share_api.conftest import Serve, World
from tests.integration.share_api.console.conftest import Tab, a_tab, said
from tests.integration.share_api.test_imports import ORDERS, REFUNDS, work

from common.db.tenancy import Access, TenantDb, transaction
from common.instants import now
from ingest.ledger.sales_days import sales_span
from ingest.sources import FileKind

JPY = ORDERS.replace("EUR", "JPY").replace("10.00", "10")


def upload(
    tab: Tab, token: str | None = None, *, check: bool = False, **files: str | None
) -> httpx.Response:
    """Send the form of the page, its token in front.

    A browser sends a part without a name or content for each field that was left empty.
    """
    own = tab.csrf if token is None else token
    parts: list[tuple[str, tuple[str | None, str]]] = [("csrf", (None, own))]
    for name, content in files.items():
        parts.append((name, ("" if content is None else f"{name}.csv", content or "")))
    path = "/admin/data?check=true" if check else "/admin/data"
    return tab.client.post(path, files=parts)


def orders_of(world: World) -> int:
    """How many orders tokyo has."""
    with transaction(world.engine, Access(tenant_id=world.tokyo)) as session:
        return session.scalar(text("SELECT count(*) FROM orders")) or 0


def test_a_check_says_what_an_import_would_do_and_an_import_does_it(tab: Tab, world: World) -> None:
    tab.open("/admin/data")
    sent = upload(tab, check=True, orders=JPY, refunds=None, products=None, stock=None)
    assert sent.status_code == 303
    waiting = tab.open(sent.headers["location"])
    assert "Waiting" in said(waiting)
    assert "data-import=" in waiting.text
    work(world.engine)
    checked = said(tab.open(sent.headers["location"]))
    assert "new orders 2" in checked
    assert "Nothing was saved" in checked
    assert orders_of(world) == 0
    done = upload(tab, orders=JPY)
    work(world.engine)
    told = said(tab.open(done.headers["location"]))
    assert "net sales in the files ¥30" in told
    assert "Days 1–2 Mar 2026" in told
    assert orders_of(world) == 2
    history = said(tab.open("/admin/data"))
    assert history.index("Done") < history.index("Checked")


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("kind", FileKind)
def test_a_file_without_a_byte_is_refused_by_its_name(
    tab: Tab, world: World, kind: FileKind, check: bool
) -> None:
    tab.open("/admin/data")
    sent = upload(tab, check=check, **{FileKind.ORDERS: JPY, kind: ""})
    work(world.engine)
    told = said(tab.open(sent.headers["location"]))
    assert f"{kind.plain_name} – – – is empty: it needs a header line" in told
    assert orders_of(world) == 0


def test_orders_of_closed_days_that_changed_are_listed_by_day(tab: Tab, world: World) -> None:
    tab.open("/admin/data")
    for files in (JPY, JPY.replace(",10\n", ",12\n")):
        sent = upload(tab, orders=files)
        work(world.engine)
        told = said(tab.open(sent.headers["location"]))
        assert ("Changed afterwards" in told) == (files != JPY)
    assert "2 orders from past days now count differently." in told
    assert "Monday, 2 March 2026: 1 Sunday, 1 March 2026: 1" in told


def test_every_fault_is_listed_as_text_and_nothing_is_taken_in(tab: Tab, world: World) -> None:
    bad = JPY + "O3,=1+<script>alert(1)</script>,JPY,1,P1,1,10\n"
    page = tab.open(upload(tab, orders=bad).headers["location"])
    work(world.engine)
    page = tab.open(str(page.url))
    assert "1 error was found, and nothing was imported." in said(page)
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text
    assert orders_of(world) == 0
    assert "The last import failed" in said(tab.open("/admin"))
    way = re.search(r'href="(/admin/data/[^"]+/faults)"', page.text)
    assert way
    faults = tab.open(way[1])
    assert faults.headers["content-disposition"] == 'attachment; filename="faults.csv"'
    rows = list(csv.DictReader(io.StringIO(faults.content.decode("utf-8-sig"), newline="")))
    assert [(row["file"], row["column"], row["value"]) for row in rows] == [
        ("orders.csv", "paid_at", "'=1+<script>alert(1)</script>")
    ]
    assert rows[0]["line"] == str(bad.count("\n"))


def test_an_import_is_listed_by_the_names_of_its_files(tab: Tab, world: World) -> None:
    name = "<b>Mai\u202e & 2026.csv"
    bad = JPY + "O3,soon,JPY,1,P1,1,10\n"
    parts = [("csrf", (None, tab.csrf)), ("orders", (name, bad)), ("refunds", ("b.csv", "x"))]
    way = tab.client.post("/admin/data", files=parts).headers["location"]
    work(world.engine)
    shown = "<bdi>&lt;b&gt;Mai &amp; 2026.csv</bdi>"
    assert f"{shown} · <bdi>b.csv</bdi>" in tab.open("/admin/data").text
    page = tab.open(way).text
    assert f"· {shown} · <bdi>b.csv</bdi>" in page
    assert f'<th scope="row">{shown}</th>' in page
    faults = tab.open(f"{way}/faults").content.decode("utf-8-sig")
    assert {row["file"] for row in csv.DictReader(io.StringIO(faults, newline=""))} == {
        "<b>Mai & 2026.csv",
        "b.csv",
    }


def test_what_is_wrong_is_said_in_the_readers_language(tab: Tab, world: World) -> None:
    bad = JPY + (
        "O3,2026-03-01T10:00:00Z,JPY,1,P1,x,10\n"
        "O4,2026-03-01T10:00:00Z,JPY,1,P1,1,1.250\n"
        "O5,2026-03-01T10:00:00Z,JPY,1\n"
    )
    way = upload(tab, orders=bad).headers["location"]
    work(world.engine)
    german = {"Accept-Language": "de"}
    page = said(tab.open(way, headers=german))
    for words in (
        "ist keine ganze Zahl",
        "hat Dezimalstellen, die Währung aber keine (sind es Tausender, schreiben Sie 1250)",
        "hat 4 Felder, die Kopfzeile 7 (Text mit Zeilenumbruch braucht Anführungszeichen;",
    ):
        assert words in page, words
    assert "ist keine ganze Zahl" in tab.open(f"{way}/faults", headers=german).text
    told = tab.client.get(f"/api/admin/imports/{way.rpartition('/')[2]}").json()["errors"]
    assert told[0]["reason"] == "is not a whole number"
    assert {*told[0]} == {"file", "fileName", "line", "column", "value", "reason"}
    assert "is not a whole number" in said(tab.open(way))


def test_what_an_earlier_version_kept_is_still_said(tab: Tab, world: World) -> None:
    way = upload(tab, orders=JPY + "O3,2026-03-01T10:00:00Z,JPY,1,P1,x,10\n").headers["location"]
    work(world.engine)
    forget = "UPDATE imports SET outcome = (replace(outcome::text, '\"said\"', '\"x\"'))::json"
    with transaction(world.engine, Access(tenant_id=world.tokyo)) as session:
        session.execute(text(forget))
    assert "ist keine ganze Zahl" in said(tab.open(way, headers={"Accept-Language": "de"}))


def test_an_import_goes_on_when_the_session_ends(tab: Tab, world: World) -> None:
    sent = upload(tab, orders=JPY)
    tab.send("/admin/logout")
    work(world.engine)
    assert tab.open(sent.headers["location"]).headers["location"].startswith("/admin/login?next=")
    assert orders_of(world) == 2


def test_files_come_from_a_page_of_the_session_alone(tab: Tab, world: World) -> None:
    for token in ("", "0" * 64, "ö" * 40, "x" * 5000):
        assert upload(tab, token, orders=JPY).status_code == 403
    files = {"orders": ("orders.csv", JPY)}
    assert tab.client.post("/admin/data", files=files).status_code == 403
    late = [("orders", ("orders.csv", JPY)), ("csrf", (None, tab.csrf))]
    assert tab.client.post("/admin/data", files=late).status_code == 403
    other = {"Sec-Fetch-Site": "cross-site"}
    assert tab.client.post("/admin/data", files=files, headers=other).status_code == 403
    work(world.engine)
    assert orders_of(world) == 0
    assert "No files have been imported here yet" in said(tab.open("/admin/data"))


def test_what_cannot_be_read_is_told_on_the_page(tab: Tab) -> None:
    for answer in (
        upload(tab),
        upload(tab, orders=None),
        upload(tab, elsewhere="x"),
        tab.client.post("/admin/data", content=b"csrf=1", headers={"Content-Type": "text/plain"}),
    ):
        assert answer.status_code in {400, 415}
        said(answer)
    assert "No file was chosen." in said(upload(tab))
    assert "No file was chosen." in said(upload(tab, orders=None))
    assert tab.open("/admin/data/x").status_code == 404


def test_files_that_are_too_large_or_too_many_are_told(serve: Serve, world: World) -> None:
    service = serve(SHARE_API_IMPORT_MAX_BYTES=1024)
    with a_tab(service) as tab:
        tab.log_in("ben")
        tab.open("/admin/data")
        answer = upload(tab, orders=JPY * 40)
        assert answer.status_code == 413
        assert "send them in parts" in said(answer)
        for _ in range(5):
            assert upload(tab, orders=JPY).status_code == 303
        answer = upload(tab, orders=JPY)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "30"
        assert "Wait for one to end" in said(answer)


def test_refunds_alone_are_taken_too(tab: Tab, world: World) -> None:
    upload(tab, orders=JPY)
    work(world.engine)
    sent = upload(tab, refunds=REFUNDS.replace("10.00", "10"))
    work(world.engine)
    assert "Done" in said(tab.open(sent.headers["location"]))


def test_the_days_with_sales_are_shown_with_their_holes_and_old_data_are_told(
    tab: Tab, world: World
) -> None:
    assert "Days with sales" not in said(tab.open("/admin/data"))
    today = now().astimezone(ZoneInfo("Asia/Tokyo")).date()
    lines = [ORDERS.splitlines()[0]]
    for number, ago in enumerate((40, 39, 38, 35, 34, 10)):
        paid = f"{today - timedelta(days=ago)}T00:00:00+09:00"
        lines.append(f"D{number},{paid},JPY,1,P1,1,10")
    upload(tab, orders="\n".join(lines) + "\n")
    work(world.engine)
    page = tab.open("/admin/data")
    strip = re.findall(r'<rect class="(\w+)" x="(\d+)" y="\d+" width="(\d+)"', page.text)
    assert [(kind, int(start), int(length)) for kind, start, length in strip] == [
        ("before", 0, 142),
        ("sold", 142, 3),
        ("hole", 145, 2),
        ("sold", 147, 2),
        ("hole", 149, 23),
        ("sold", 172, 1),
        ("hole", 173, 9),
    ]
    assert "34 days without a sale:" in said(page)
    assert "The last sale that came in is from" in said(tab.open("/admin"))
    with TenantDb(world.engine, world.berlin).transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM orders")) == 0
    assert sales_span(TenantDb(world.engine, world.berlin)) is None


def test_words_agree_with_how_many_orders_there_are(tab: Tab, world: World) -> None:
    tab.open("/admin/data")
    one = "".join(JPY.splitlines(keepends=True)[:2])
    sent = upload(tab, orders=one)
    work(world.engine)
    told = said(tab.open(sent.headers["location"]))
    assert "new order 1 new product 1" in told


def test_what_is_no_table_has_no_format(tab: Tab, world: World) -> None:
    tab.open("/admin/data")
    sent = upload(tab, orders="PK\x03\x04 a workbook")
    work(world.engine)
    assert "Our own format" not in said(tab.open(sent.headers["location"]))
    assert "Our own format" not in tab.open("/admin/data").text.partition("history-title")[2]


PRODUCTS = "product_id,title\nP1,Mug\nP2,Vase\n"
COSTS = "product_id,title,unit_cost\nP1,Mug,\n"
STOCK = "product_id,counted_at,on_hand\nP1,2026-03-01T09:00:00Z,4\n"
REFUNDS_JPY = REFUNDS.replace("10.00", "10")
GERMAN = {"Accept-Language": "de"}


def facts(answer: httpx.Response) -> dict[str, str]:
    """The figures of an import, by what they are of."""
    return dict(re.findall(r"<div><dt>([^<]+)</dt><dd>([^<]+)</dd></div>", answer.text))


def imported(tab: Tab, world: World, **files: str | None) -> httpx.Response:
    """The page of an import that is done."""
    sent = upload(tab, check=False, **files)
    work(world.engine)
    return tab.open(sent.headers["location"])


def test_an_import_tells_of_each_kind_of_file_what_it_had_and_of_none_what_it_had_not(
    tab: Tab, world: World
) -> None:
    tab.open("/admin/data")
    both = facts(imported(tab, world, orders=JPY, refunds=REFUNDS_JPY))
    assert {"new orders": "2", "refund or cancellation": "1"}.items() <= both.items()
    assert both["net sales in the files"] == "¥20"
    alone = facts(imported(tab, world, refunds=REFUNDS_JPY.replace("R1", "R2")))
    assert (alone["refund or cancellation"], alone["net sales in the files"]) == ("1", "\u2212¥10")
    assert not [each for each in alone if "order" in each]
    products = facts(imported(tab, world, products=PRODUCTS))
    assert products["products in the files"] == "2"
    stock = facts(imported(tab, world, stock=STOCK))
    assert stock == {"stock count": "1"}
    for found in (products, stock):
        assert not [each for each in found if "order" in each or "sales" in each]


def test_from_an_import_a_way_leads_to_the_reports(tab: Tab, world: World) -> None:
    tab.open("/admin/data")
    ways = 'class="button" href="/admin/reports"'
    assert ways in imported(tab, world, orders=JPY).text
    assert ways not in imported(tab, world, orders="order_id\n").text
    assert ways not in tab.open(upload(tab, check=True, orders=JPY).headers["location"]).text


def test_files_that_were_checked_are_imported_without_being_sent_again(
    tab: Tab, world: World
) -> None:
    tab.open("/admin/data")
    path = upload(tab, check=True, orders=JPY, refunds=REFUNDS_JPY).headers["location"]
    work(world.engine)
    assert "Import 2 orders" in said(tab.open(path))
    for _ in range(2):  # a second click changes nothing
        assert tab.send(f"{path}/import").headers["location"] == path
    assert orders_of(world) == 0
    work(world.engine)
    done = tab.open(path)
    assert ("Done" in said(done), "Nothing was saved" in said(done)) == (True, False)
    assert (facts(done)["new orders"], facts(done)["net sales in the files"]) == ("2", "¥20")
    assert orders_of(world) == 2
    assert tab.send(f"{path}/import").status_code == 303
    work(world.engine)
    assert facts(tab.open(path)) == facts(done)
    subject = path.rpartition("/")[2]
    with transaction(world.engine, Access(tenant_id=world.tokyo)) as session:
        of_it = text("SELECT action FROM audit_entries WHERE subject = :subject ORDER BY at")
        logged = list(session.scalars(of_it, {"subject": subject}))
    assert logged == ["import.started", "import.succeeded"]


def test_files_of_a_check_are_kept_until_the_next_one_and_never_where_they_are_wrong(
    tab: Tab, world: World
) -> None:
    tab.open("/admin/data")
    first = upload(tab, check=True, products=PRODUCTS).headers["location"]
    work(world.engine)
    assert "Import these files" in said(tab.open(first))
    wrong = upload(tab, check=True, orders=JPY + "O3,x\n").headers["location"]
    work(world.engine)
    assert "Import" not in said(tab.open(wrong)).partition("Download the list")[2]
    assert "Import these files" in said(tab.open(first)), "a check that found faults kept nothing"
    second = upload(tab, check=True, orders=JPY).headers["location"]
    work(world.engine)
    gone = said(tab.open(first))
    assert "The files are no longer here: choose them again to import them." in gone
    assert "Import these files" not in gone
    assert tab.send(f"{first}/import").headers["location"] == first
    assert tab.send(f"{wrong}/import").headers["location"] == wrong
    work(world.engine)
    assert orders_of(world) == 0
    assert "Import 2 orders" in said(tab.open(second))


def test_a_file_in_the_wrong_field_is_told_where_it_belongs_in_the_readers_language(
    tab: Tab, world: World
) -> None:
    files = {"orders": JPY, "refunds": REFUNDS_JPY, "products": COSTS, "stock": STOCK}
    belongs = {
        "orders": "gehört zu „Bestellungen“",
        "refunds": "gehört zu „Erstattungen“",
        "products": "gehört zu „Produkte“",
        "stock": "gehört zu „Bestand“",
    }
    tab.open("/admin/data")
    for kind, content in files.items():
        for field in set(files) - {kind}:
            sent = upload(tab, check=False, **{field: content})
            work(world.engine)
            told = said(tab.open(sent.headers["location"], headers=GERMAN))
            assert belongs[kind] in told, (kind, field)


def test_a_picture_is_told_to_be_no_text_in_the_readers_language(tab: Tab, world: World) -> None:
    tab.open("/admin/data")
    picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    files = [("csrf", (None, tab.csrf)), ("orders", ("bild.png", picture))]
    sent = tab.client.post("/admin/data", files=files)  # type: ignore[arg-type]  # parts as pairs
    work(world.engine)
    told = said(tab.open(sent.headers["location"], headers=GERMAN))
    assert "Die Datei ist kein Text" in told
    assert "UTF-8" not in told
