"""A PostgreSQL of the benchmark's own, kept between runs, with one database for each size."""

import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.compute.generate import generate
from sqlalchemy import URL, Engine, create_engine, make_url, text

from common.db import migrate, roles
from common.db.engine import create_service_engine
from devstack.embedded.postgres import EmbeddedPostgres

SERVICE_ROLE = "benchmark_service"
SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "8GB", "max_parallel_workers_per_gather": "0"}
"""Beside the defaults: data in memory, and one core for a query, as DuckDB has one thread."""


@dataclass(frozen=True, slots=True)
class Database:
    """One size; ``owner`` passes row-level security, ``service`` is the worker's engine."""

    orders: int
    owner: Engine
    service: Engine
    seconds: float | None
    """What generating took; None when an earlier run did it."""


@contextmanager
def server(state: Path, *, fresh: bool = False) -> Iterator[str]:
    """The server's URL, running for as long as the block does."""
    state.mkdir(parents=True, exist_ok=True)
    secret = state / "password"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(16))
    if fresh:
        for old in ("postgres", "parquet"):
            shutil.rmtree(state / old, ignore_errors=True)
    place = state / "postgres"
    password = secret.read_text()
    with EmbeddedPostgres(place, password=password, fast=True) as postgres:
        _execute(postgres.url, *(f"ALTER SYSTEM SET {n} = '{v}'" for n, v in SETTINGS.items()))
    with EmbeddedPostgres(place, password=password, fast=True) as postgres:
        yield postgres.url


@contextmanager
def database(url: str, orders: int, *, name: str | None = None) -> Iterator[Database]:
    """The database of that size, made when it is not there yet."""
    name = name or f"orders_{orders}"
    owner_url = make_url(url).set(database=name)
    service_url = owner_url.set(username=SERVICE_ROLE)
    seconds = None
    if not _exists(url, name):
        started = time.perf_counter()
        _make(url, owner_url, service_url, orders)
        seconds = time.perf_counter() - started
    migrate.upgrade(_text(owner_url))
    owner = create_engine(owner_url)
    service = create_service_engine(_text(service_url), application_name="benchmark")
    try:
        yield Database(orders, owner, service, seconds)
    finally:
        owner.dispose()
        service.dispose()


def drop(url: str, name: str) -> None:
    """Forget a database."""
    _execute(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _make(url: str, owner_url: URL, service_url: URL, orders: int) -> None:
    """Under another name until it is whole: a run that was stopped leaves no half database."""
    name = str(owner_url.database)
    making = owner_url.set(database=f"making_{name}")
    drop(url, str(making.database))
    _execute(url, f"CREATE DATABASE {making.database}")
    migrate.upgrade(_text(making))
    roles.ensure_service_role(_text(making), _text(service_url))
    engine = create_engine(making)
    generate(engine, orders)
    engine.dispose()
    _execute(url, f"ALTER DATABASE {making.database} RENAME TO {name}")


def _exists(url: str, name: str) -> bool:
    engine = create_engine(url)
    with engine.connect() as connection:
        known = text("SELECT true FROM pg_database WHERE datname = :name")
        found = connection.scalar(known, {"name": name})
    engine.dispose()
    return bool(found)


def _execute(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
