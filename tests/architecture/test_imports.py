"""What a linter cannot see: what is really loaded when a service or a command runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SQL = {"sqlalchemy", "psycopg", "alembic", "common.db", "common.reports.queries"}
WEB = {"fastapi", "starlette", "uvicorn", "jinja2"}
ARROW = {"pyarrow", "pgpq", "numpy"}
"""What reads large files by columns: loaded with the first such file."""

FORBIDDEN = {
    "report_viewer.app": SQL
    | {"worker", "share_api", "analytics", "common.reports.sales.from_ledger"},
    "share_api.app": ARROW
    | {"alembic", "worker", "report_viewer", "analytics", "common.reports.queries"},
    "worker.app": ARROW | WEB | {"alembic", "share_api", "report_viewer", "analytics"},
    "common.jobs.publisher": WEB | SQL,
    "common.jobs.celery_config": WEB | SQL,
    "common.reports.registry": WEB | SQL | {"redis", "celery"},
}


@pytest.mark.parametrize("module", sorted(FORBIDDEN))
def test_a_running_service_has_loaded_nothing_it_must_not_reach(module: str) -> None:
    # Every module of the package, so that a lazy import at module level cannot hide.
    script = f"""
import importlib, pkgutil, sys
package = importlib.import_module({module.partition(".")[0]!r})
importlib.import_module({module!r})
if package.__name__ != "common":
    for each in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not each.name.endswith("__main__"):
            importlib.import_module(each.name)
print("\\n".join(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & FORBIDDEN[module]


SERVICES = {"share_api", "report_viewer", "worker"}
HEAVY = ARROW | WEB | SERVICES | {"alembic", "babel", "httpx", "mako", "prometheus_client"}
"""What no short command needs."""
QUEUE = {"redis", "celery", "kombu", "limits"}
SETTINGS = {"pydantic", "pydantic_settings"}
LIBRARIES = {"accounts", "common", "ingest", "report_pages", "sharing"}

NOT_LOADED = {
    "--help": HEAVY | QUEUE | SETTINGS | LIBRARIES | {"asyncio", "psycopg", "sqlalchemy"},
    "create-tenant acme --name Acme --currency EUR --timezone UTC": HEAVY | QUEUE | SETTINGS,
    "import --tenant acme -": HEAVY | SETTINGS | {"sharing"},
    "share --tenant acme revenue-overview": HEAVY | {"ingest"},
}
"""For each command what would make it slow, and it can do without."""


@pytest.mark.parametrize("arguments", NOT_LOADED)
def test_a_command_loads_no_more_than_it_needs(arguments: str, tmp_path: Path) -> None:
    # No database is behind the address: a command comes as far as asking it, with all it needs.
    script = f"""
import sys
from analytics.cli import run
try:
    run({arguments.split()!r})
except SystemExit as end:
    print("exit", end.code)
print("\\n".join(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        env=os.environ
        | {
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1",
            "PUBLIC_BASE_URL": "https://app.example.com",
        },
    )
    _, _, said = done.stdout.partition("exit ")
    code, *loaded = said.split()
    if arguments == "--help":
        assert code == "0"
    else:
        assert (code, "sqlalchemy" in loaded) == ("1", True)
        assert "database refused" in done.stderr
    assert not set(loaded) & NOT_LOADED[arguments]
