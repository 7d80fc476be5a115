"""One database, and everything that is timed in it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import psycopg
from benchmarks.import_sales.orders_file import BLOCK, blocks
from sqlalchemy import Engine, text

from accounts.provisioning import create_tenant
from common.db import migrate, roles
from common.db.engine import create_service_engine, psycopg_url
from ingest.csv import piecewise
from ingest.csv.faults import ImportRefusedError
from ingest.import_files import FileKind, ImportFile, import_files
from ingest.progress import Meter

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


class Taken(NamedTuple):
    """Seconds by the clock, and of the processor: of the server's process and of ours."""

    wall: float
    server: float
    client: float


class Run:
    """One database, and everything that is timed in it."""

    def __init__(self, url: str, name: str, path: Path) -> None:
        self._path, self._shops = path, 0
        with psycopg.connect(_plain(url), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        self._owner = psycopg_url(url).set(database=name).render_as_string(hide_password=False)
        service = psycopg_url(self._owner).set(username="benchmark", password="benchmark")  # noqa: S106 - of this run alone
        self._service = service.render_as_string(hide_password=False)
        migrate.upgrade(self._owner)
        roles.ensure_service_role(self._owner, self._service)

    def import_file(self, path: Path, phases: dict[str, float], block: int = BLOCK) -> Taken:
        """An import into a new shop; ``phases`` gets the seconds up to each phase."""
        engine = create_service_engine(self._service, application_name="benchmark", pool_size=2)
        self._shops += 1
        slug = f"shop-{self._shops}"
        tenant = create_tenant(engine, slug=slug, name="A", currency="EUR", timezone="UTC")
        files = {FileKind.ORDERS: ImportFile("orders.csv", blocks(path, block))}
        server = _Processor(_backends(engine))
        own = time.process_time()
        began = time.perf_counter()

        def note(meter: Meter) -> None:
            phases[str(meter.phase)] = time.perf_counter() - began

        try:
            import_files(engine, tenant, files, meter=Meter(note))
        except ImportRefusedError:
            assert path != self._path
        wall = time.perf_counter() - began
        taken = Taken(wall, server.seconds(), time.process_time() - own)
        engine.dispose()
        return taken

    def import_clean(self, phases: dict[str, float]) -> Taken:
        """An import of the clean file."""
        return self.import_file(self._path, phases)

    def import_by_rows(self) -> Taken:
        """The same without columns: row by row, as a file is read that is small or odd."""
        piece, piecewise.PIECE = piecewise.PIECE, 1
        try:
            return self.import_file(self._path, {}, piecewise.LEAST // 2)
        finally:
            piecewise.PIECE = piece

    def copy_ledger(self, *, keyed: bool, references: bool = False) -> Taken:
        """COPY of what the import wrote into tables like those it wrote to."""
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

    def copy_file(self, *, keyed: bool) -> Taken:
        """COPY of the CSV into one table."""
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


class _Processor:
    """What some processes have taken of the processor since now."""

    def __init__(self, pids: list[int]) -> None:
        self._processes = [psutil.Process(pid) for pid in pids]
        self._before = self._total()

    def _total(self) -> float:
        times = (process.cpu_times() for process in self._processes)
        return sum(each.user + each.system for each in times)

    def seconds(self) -> float:
        return self._total() - self._before


def _backends(engine: Engine) -> list[int]:
    """The server's processes behind all connections of a pool of two."""
    with engine.connect() as one, engine.connect() as other:
        query = text("SELECT pg_backend_pid()")
        return [one.scalar(query) or 0, other.scalar(query) or 0]


def _timed(connection: psycopg.Connection[tuple[object, ...]], work: Callable[[], object]) -> Taken:
    server, own = _Processor([connection.info.backend_pid]), time.process_time()
    began = time.perf_counter()
    work()
    connection.commit()
    wall = time.perf_counter() - began
    return Taken(wall, server.seconds(), time.process_time() - own)


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
