"""`analytics import` as a person runs it: what it prints, how it ends, and what it costs."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text
from tests.support import forked, wait
from tests.support.forked import Forked
from tests.unit.ingest.formats.shopify.shopify_shop import Line, Sold, export, rows

from accounts.provisioning import create_tenant

HEADER = (
    "order_id,placed_at,paid_at,currency,channel,customer_id,country,region,coupon_code,"
    "order_discount,shipping,tax,line_id,product_id,product_title,category,quantity,unit_price,"
    "line_discount\n"
)
LINES = 200_000
MEGABYTES = 300


@pytest.fixture
def shop(service_engine):
    slug = f"shop-{uuid4().hex[:12]}"
    create_tenant(
        service_engine, slug=slug, name="A shop", currency="EUR", timezone="Europe/Berlin"
    )
    return slug


@pytest.fixture
def environment(service_url):
    return os.environ | {"DATABASE_URL": service_url, "REDIS_URL": "redis://localhost"}


def command(slug, *arguments):
    return ["analytics", "import", "--tenant", slug, *map(str, arguments)]


def write_orders(path: Path, lines: int) -> None:
    """Two lines an order, a second apart."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for number in range(lines // 2):
            hour, minute = number // 3600 % 24, number // 60 % 60
            at = f"2026-03-{1 + number // 86400 % 28:02}T{hour:02}:{minute:02}:{number % 60:02}Z"
            order = f"S-{number},{at},{at},EUR,web,C{number % 40_000},DE,Berlin,,1.00,4.90,2.10"
            for line in (1, 2):
                file.write(f"{order},{line},P{number % 900},Product,Things,1,{line}9.90,0\n")


def test_a_large_file_costs_little_memory(tmp_path, shop, environment, service_engine):
    """What the process held at most, its libraries included.

    By its own memory map: ``ru_maxrss`` counts what the process held that started it.
    """
    path = tmp_path / "orders.csv"
    write_orders(path, LINES)
    script = (
        "import re, sys; from analytics.cli import main\n"
        "try: main.main(args=sys.argv[1:], prog_name='analytics')\n"
        "finally: print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1],"
        " file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "import", "--tenant", shop, str(path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "orders    100,000 new, 0 replaced, 0 unchanged; 200,000 lines" in done.stdout
    assert "net sales 4880000.00 EUR" in done.stdout
    assert int(done.stderr.split()[-1]) < MEGABYTES * 1024
    assert "writing 200,000 rows" in done.stderr


def test_it_is_in_the_audit_log(tmp_path, shop, environment, service_engine):
    path = tmp_path / "orders.csv"
    write_orders(path, 4)
    assert forked.run(command(shop, path), env=environment).returncode == 0
    with service_engine.begin() as connection:
        tenant = connection.scalar(text("SELECT tenant_id_of(:slug)"), {"slug": shop})
        connection.execute(
            text("SELECT set_config('app.tenant_id', :id, true)"), {"id": str(tenant)}
        )
        (entry,) = connection.execute(text("SELECT action, actor, details FROM audit_entries"))
    assert tuple(entry) == ("import.succeeded", "command line", {"rows": 4})


def test_bad_rows_are_listed_and_the_exit_says_so(tmp_path, shop, environment):
    path = tmp_path / "march.csv"
    path.write_text(
        "order_id,paid_at,currency,line_id,product_id,quantity,unit_price\nO1,,EUR,1,P,0,\n"
    )
    done = forked.run(command(shop, path, "--errors", 2), env=environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-3:] == [
        "march.csv, line 2, paid_at: '' is empty, and so is placed_at: one of them is needed",
        "march.csv, line 2, quantity: '0' is less than 1",
        "analytics: 3 problems (1 of them not listed): nothing was imported",
    ]


def test_an_export_is_checked_and_then_imported_by_its_columns(tmp_path, shop, environment):
    """What is not explained is listed by order; the check leaves the shop as it was."""
    path = tmp_path / "orders_export.csv"
    odd = rows(Sold((Line("Mug", "MUG", 1, 2000),)), "#2")
    odd[0]["Total"] = "21.50"
    path.write_text(export(rows(Sold((Line("Lamp", "L", 1, 9000),), tip=500), "#1") + odd))
    for arguments, version in ((["--check"], None), ([], "ledger    version 1")):
        done = forked.run(command(shop, path, *arguments), env=environment)
        assert done.returncode == 0, done.stderr
        told = done.stdout.splitlines()
        assert told[0] == "format    shopify, found by the columns"
        assert told[1] == "orders    2 new, 0 replaced, 0 unchanged; 2 lines"
        assert "totals    1 of 2 orders come to the file's Total" in told
        assert "          #2: 1.50 EUR of its Total is not explained" in told
        assert "note      1 order (#1): tips are no sales; they were left out (5.00 EUR)" in told
        assert (version in told) == (version is not None)
        assert ("checked   nothing was imported" in told) == (version is None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.csv"], "analytics: missing.csv: No such file or directory"),
        ([], "give ORDERS or another file"),
        (["-", "--refunds", "-"], "analytics: the standard input can be one file only"),
    ],
)
def test_what_cannot_be_opened_is_said(tmp_path, shop, environment, arguments, message):
    done = forked.run(command(shop, *arguments), env=environment, cwd=tmp_path)
    assert done.returncode in {1, 2}
    assert message in done.stderr


def test_an_unknown_shop_is_said(tmp_path, environment):
    path = tmp_path / "orders.csv"
    write_orders(path, 2)
    done = forked.run(command("nowhere", path), env=environment)
    assert (done.returncode, done.stderr) == (
        1,
        "analytics: there is no tenant 'nowhere': create it first\n",
    )


def test_a_dash_reads_the_input(tmp_path, shop, environment):
    path = tmp_path / "orders.csv"
    write_orders(path, 10)
    with path.open("rb") as file:
        done = forked.run(command(shop, "-"), env=environment, stdin=file)
    assert done.returncode == 0, done.stderr
    assert "5 new" in done.stdout


def test_a_terminal_gets_a_bar(tmp_path, shop, environment):
    path = tmp_path / "orders.csv"
    write_orders(path, 20_000)
    main, child = pty.openpty()
    with Forked(
        command(shop, path),
        env=environment | {"TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=child,
    ) as process:
        os.close(child)
        shown = b""
        while True:
            try:
                data = os.read(main, 65536)
            except OSError:
                break
            if not data:
                break
            shown += data
        assert process.wait(wait.PATIENCE_SECONDS) == 0
    os.close(main)
    assert b"reading" in shown
    assert b"100%" in shown
    assert b"rows/s" in shown


def test_an_interrupt_leaves_nothing_behind(tmp_path, shop, environment, owner_engine):
    """Held at its last statement, when all is written: however fast or slow, it is interrupted."""
    path = tmp_path / "orders.csv"
    write_orders(path, 2_000)
    with owner_engine.connect() as holding, owner_engine.connect() as looking:
        holding.exec_driver_sql("LOCK TABLE ledger_versions IN EXCLUSIVE MODE")
        with Forked(
            command(shop, path),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:

            def held() -> bool:
                assert process.poll() is None, process.communicate()
                return _waits_for_a_lock(looking)

            wait.until(held, "its last statement")
            process.send_signal(signal.SIGINT)
            _, told = process.communicate()
        holding.rollback()
        assert process.returncode == 130, told
        assert "interrupted, nothing was imported" in told
        for table in ("orders", "order_lines", "products", "ledger_versions"):
            assert looking.scalar(text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608 - names of ours


def _waits_for_a_lock(connection: Connection) -> bool:
    waiting = connection.scalar(
        text(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND application_name = 'analytics' AND datname = current_database()"
        )
    )
    connection.rollback()  # the next look is a new one
    return bool(waiting)
