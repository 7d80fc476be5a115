"""``python -m benchmarks.command_line``: what short commands take of the processor.

Each runs as a process of its own on real servers. What it takes (user and system time, the best of
some rounds) is given in seconds, and as a ratio to a process of the same run that imports
SQLAlchemy's ORM and its driver and ends. Two ways: as `make install` leaves the packages, and with
no compiled module to be found, as where none may be written. `--before DIRECTORY` runs the
command of another version's tree too.
"""

import argparse
import os
import resource
import secrets
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from common.db import migrate, roles
from devstack.embedded.postgres import EmbeddedPostgres
from devstack.embedded.valkey import EmbeddedValkey

ORDERS: Final = (
    "order_id,paid_at,currency,line_id,product_id,quantity,unit_price\n"
    "1,2026-04-20T10:00:00Z,EUR,1,lamp,2,10.00\n"
)
REFERENCE: Final = "reference: an import of SQLAlchemy's ORM and psycopg"
PASSWORD: Final = "of-a-benchmark"  # noqa: S105 - of a server that lives for seconds
NEW: Final = "NEW"
"""Stands for a slug that no tenant has yet."""
COMMANDS: Final = {
    "analytics --help": ("--help",),
    "analytics create-tenant": (
        *("create-tenant", NEW, "--name", "Acme", "--currency", "EUR", "--timezone", "UTC"),
    ),
    "analytics import (one order)": ("import", "--tenant", "acme", "orders.csv"),
    "analytics share": ("share", "--tenant", "acme", "revenue-overview"),
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.command_line", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--before", type=Path, help="the tree of another version")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, _servers(Path(name)) as environment:
        directory = Path(name)
        (directory / "orders.csv").write_text(ORDERS, encoding="utf-8")
        run = _runner(directory, environment)
        ways = dict(_ways(directory, options.before))
        run((*COMMANDS["analytics create-tenant"],), ways["compiled"], slug="acme")
        taken: dict[tuple[str, str], list[float]] = defaultdict(list)
        for _ in range(options.rounds):
            for way, variables in ways.items():
                taken[REFERENCE, way].append(run(None, variables))
                for command, arguments in COMMANDS.items():
                    taken[command, way].append(run(arguments, variables))
    _print({key: min(seconds) for key, seconds in taken.items()}, list(ways))


def _ways(directory: Path, before: Path | None) -> Iterator[tuple[str, Mapping[str, str]]]:
    uncompiled = {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPYCACHEPREFIX": str(directory / "no-bytecode"),
    }
    yield "compiled", {}
    yield "from source", uncompiled
    if before is not None:
        sources = sorted(str(each.absolute()) for each in before.glob("*/*/src"))
        path = {"PYTHONPATH": os.pathsep.join(sources)}
        yield "before, compiled", path
        yield "before, from source", path | uncompiled


def _runner(directory: Path, environment: Mapping[str, str]) -> Callable[..., float]:
    """Runs a command (None: the reference), and returns its processor time in seconds."""
    count = 0

    def run(
        arguments: tuple[str, ...] | None, variables: Mapping[str, str], slug: str | None = None
    ) -> float:
        nonlocal count
        count += 1
        code = ["-c", "import sqlalchemy.orm, psycopg"]
        if arguments is not None:
            chosen = [slug or f"tenant-{count}" if each == NEW else each for each in arguments]
            code = ["-m", "analytics", *chosen]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *code],
            env=os.environ | environment | dict(variables),
            cwd=directory,
            check=True,
            capture_output=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return run


@contextmanager
def _servers(directory: Path) -> Iterator[dict[str, str]]:
    """Empty servers, and the environment of a command that works on them."""
    postgres = EmbeddedPostgres(directory / "postgres", password=PASSWORD, fast=True)
    valkey = EmbeddedValkey(directory / "valkey", password=PASSWORD)
    postgres.start()
    try:
        valkey.start()
        service_url = postgres.url.replace("://postgres:", "://analytics_service:")
        migrate.upgrade(postgres.url)
        roles.ensure_service_role(postgres.url, service_url)
        yield {
            "DATABASE_URL": service_url,
            "REDIS_URL": valkey.url,
            "ANALYTICS_SHARE_SIGNING_SECRET": secrets.token_hex(32),
            "PUBLIC_BASE_URL": "https://app.example.com",
        }
    finally:
        valkey.stop()
        postgres.stop()


def _print(taken: Mapping[tuple[str, str], float], ways: list[str]) -> None:
    print(f"| | {' | '.join(ways)} |")
    print(f"|---|{'---:|' * len(ways)}")
    for command in (REFERENCE, *COMMANDS):
        cells = (
            f"{taken[command, way]:.2f} s ({taken[command, way] / taken[REFERENCE, way]:.2f}×)"
            for way in ways
        )
        print(f"| {command} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
