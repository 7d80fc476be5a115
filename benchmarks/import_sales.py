"""How fast sales come in by file, beside a bare COPY of the same rows.

    python -m benchmarks.import_sales [--lines 1000000] [--rounds 3]

Makes a file of orders (2.1 lines each, a sixth of them with an order discount), imports it into a
new shop of a PostgreSQL of its own, and in the same round copies the same rows:

- ``the ledger's rows, same guarantees``: what the import wrote, into tables with the same columns,
  keys, indexes and checks, and foreign keys for the references that the ledger holds by triggers.
  It ends with the same rows under the same guarantees.
- ``the ledger's rows, same keys``: the same without any references between the tables.
- ``the file's rows, keyed``: the CSV itself into one table with a primary key on order and line.
- ``... without keys``: both again, into tables without any key, index or check.

The import reads and checks the CSV, finds keys, spreads discounts, marks days, and holds row-level
security and the references; a COPY does none of it. Prints rows (order lines) a second, medians
over the rounds, and the import's share of each.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg

from accounts.provisioning import create_tenant
from common.db import migrate, roles
from common.db.engine import create_service_engine, psycopg_url
from devstack.embedded.postgres import EmbeddedPostgres
from ingest.import_files import FileKind, ImportFile, import_files
from ingest.progress import Meter

BLOCK = 256 * 1024
COLUMNS = (
    "order_id,placed_at,paid_at,currency,channel,customer_id,country,region,coupon_code,"
    "order_discount,shipping,tax,line_id,product_id,product_title,category,quantity,unit_price,"
    "line_discount"
)
FLAT = (
    "order_id text, placed_at timestamptz, paid_at timestamptz, currency text, channel text,"
    " customer_id text, country text, region text, coupon_code text, order_discount numeric,"
    " shipping numeric, tax numeric, line_id text, product_id text, product_title text,"
    " category text, quantity bigint, unit_price numeric, line_discount numeric"
)
TABLES = ("products", "customers", "orders", "order_lines")
REFERENCES = (
    ("customers", "tenant_id", "tenants"),
    ("orders", "tenant_id", "tenants"),
    ("orders", "tenant_id, customer_id", "copied_customers (tenant_id, id)"),
    ("order_lines", "tenant_id, order_id", "copied_orders (tenant_id, id)"),
    ("order_lines", "tenant_id, product_id", "copied_products (tenant_id, id)"),
)
BUDGET = 0.5
SAME_GUARANTEES = "COPY of the ledger's rows, same guarantees"
SAME_KEYS = "COPY of the ledger's rows, same keys"


def write_file(path: Path, lines: int) -> None:
    """A year of a busy shop: the head of a long tail of products, customers who come back."""
    random.seed(7)
    at, number, written = datetime(2025, 1, 1, tzinfo=UTC), 0, 0
    with path.open("w", encoding="utf-8") as file:
        file.write(COLUMNS + "\n")
        while written < lines:
            number += 1
            at += timedelta(seconds=random.randint(1, 120))
            paid = (at + timedelta(minutes=2)).isoformat() if random.random() < 0.98 else ""
            discount = f"{random.randint(1, 300) / 100:.2f}" if random.random() < 0.16 else ""
            order = (
                f"S-{1_000_000 + number},{at.isoformat()},{paid},EUR,web,"
                f"C{random.randint(1, lines // 6)},DE,Region {number % 16},,{discount},4.90,2.40"
            )
            for line in range(1, random.choices((1, 2, 3, 4, 5), (40, 28, 16, 10, 6))[0] + 1):
                product = int(random.paretovariate(0.6)) % 2000
                file.write(
                    f"{order},{line},P{product},Product number {product},Category {product % 12},"
                    f"{random.choice((1, 1, 1, 2))},{5 + product % 90}.50,\n"
                )
                written += 1


def blocks(path: Path) -> Iterator[bytes]:
    """The file as it is read."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


class Run:
    """One database, and everything that is timed in it."""

    def __init__(self, url: str, name: str, path: Path) -> None:
        self._path = path
        with psycopg.connect(_plain(url), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        self._owner = psycopg_url(url).set(database=name).render_as_string(hide_password=False)
        service = psycopg_url(self._owner).set(username="benchmark", password="benchmark")  # noqa: S106 - of this run alone
        self._service = service.render_as_string(hide_password=False)
        migrate.upgrade(self._owner)
        roles.ensure_service_role(self._owner, self._service)

    def import_file(self, phases: dict[str, float]) -> tuple[float, int]:
        """Seconds of the import, and its lines; ``phases`` gets the seconds up to each phase."""
        engine = create_service_engine(self._service, application_name="benchmark", pool_size=2)
        tenant = create_tenant(engine, slug="shop", name="A", currency="EUR", timezone="UTC")
        files = {FileKind.ORDERS: ImportFile("orders.csv", blocks(self._path))}
        began = time.perf_counter()

        def note(meter: Meter) -> None:
            phases[str(meter.phase)] = time.perf_counter() - began

        summary = import_files(engine, tenant, files, meter=Meter(note)).summary
        seconds = time.perf_counter() - began
        engine.dispose()
        return seconds, summary.lines

    def copy_ledger(self, *, keyed: bool, references: bool = False) -> float:
        """Seconds of COPY of what the import wrote into tables like those it wrote to."""
        with psycopg.connect(_plain(self._owner)) as connection:
            rows = {table: _copied_out(connection, table) for table in TABLES}
            for table in TABLES:
                like = "INCLUDING ALL" if keyed else ""
                connection.execute(f"CREATE TABLE copied_{table} (LIKE {table} {like})")
            for child, columns, parent in REFERENCES if references else ():
                connection.execute(
                    f"ALTER TABLE copied_{child} ADD FOREIGN KEY ({columns}) REFERENCES {parent}"
                )
            connection.commit()

            def copy() -> None:
                for table in TABLES:
                    _copy_in(connection, f"copied_{table}", "", _pieces(rows[table]))

            seconds = _timed(connection, copy)
            for table in TABLES:
                count = f"SELECT (SELECT count(*) FROM copied_{table}) = count(*) FROM {table}"  # noqa: S608 - names of ours
                assert connection.execute(count).fetchone() == (True,)
            connection.execute(f"DROP TABLE {', '.join(f'copied_{table}' for table in TABLES)}")
        return seconds

    def copy_file(self, *, keyed: bool) -> float:
        """Seconds of COPY of the CSV into one table."""
        key = ", PRIMARY KEY (order_id, line_id)" if keyed else ""
        with psycopg.connect(_plain(self._owner)) as connection:
            connection.execute(f"CREATE TABLE copied ({FLAT}{key})")
            connection.commit()
            options = "(FORMAT csv, HEADER)"
            seconds = _timed(
                connection, lambda: _copy_in(connection, "copied", options, blocks(self._path))
            )
            connection.execute("DROP TABLE copied")
        return seconds


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


def _timed(connection: psycopg.Connection[tuple[object, ...]], work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    connection.commit()
    return time.perf_counter() - began


def _copied_out(connection: psycopg.Connection[tuple[object, ...]], table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(bytes(data) for data in copy)


def _copy_in(
    connection: psycopg.Connection[tuple[object, ...]],
    table: str,
    options: str,
    data: Iterator[bytes],
) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN {options}") as copy:
        for piece in data:
            copy.write(piece)


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[start : start + BLOCK] for start in range(0, len(data), BLOCK))


def main() -> None:
    """Print rows a second and the shares."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    seconds: dict[str, list[float]] = {}
    phases: dict[str, float] = {}
    lines = 0
    with tempfile.TemporaryDirectory(prefix="analytics-benchmark-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        write_file(directory / "orders.csv", options.lines)
        with EmbeddedPostgres(directory / "postgres", password="benchmark") as server:  # noqa: S106 - of this run alone
            for number in range(options.rounds):
                run = Run(server.url, f"round_{number}", directory / "orders.csv")
                taken, lines = run.import_file(phases)
                seconds.setdefault("import", []).append(taken)
                references: dict[str, Callable[[], float]] = {
                    SAME_GUARANTEES: partial(run.copy_ledger, keyed=True, references=True),
                    SAME_KEYS: partial(run.copy_ledger, keyed=True),
                    "COPY of the ledger's rows, without keys": partial(
                        run.copy_ledger, keyed=False
                    ),
                    "COPY of the file's rows, keyed": partial(run.copy_file, keyed=True),
                    "COPY of the file's rows, without keys": partial(run.copy_file, keyed=False),
                }
                for label, copy in references.items():
                    seconds.setdefault(label, []).append(copy())
                print(number, {k: round(v[-1], 2) for k, v in seconds.items()}, flush=True)
    _report(seconds, phases, lines)


def _report(seconds: dict[str, list[float]], phases: dict[str, float], lines: int) -> None:
    print(f"\n| {lines:,} lines | rows/s | the import's share |\n|---|---:|---:|")
    for label, taken in seconds.items():
        median = statistics.median(taken)
        share = statistics.median(
            reference / own for reference, own in zip(taken, seconds["import"], strict=True)
        )
        print(f"| {label} | {lines / median:,.0f} | {share:.2f} |")
    print()
    for reference in (SAME_GUARANTEES, SAME_KEYS):
        pairs = zip(seconds[reference], seconds["import"], strict=True)
        met = statistics.median(taken / own for taken, own in pairs) >= BUDGET
        print(f"budget {BUDGET} of {reference}: {'met' if met else 'missed'}")
    print("seconds until the end of reading, checking, writing:", _ends(phases))


def _ends(phases: dict[str, float]) -> str:
    return ", ".join(f"{phases[name]:.1f}" for name in ("checking", "writing", "done"))


if __name__ == "__main__":
    main()
