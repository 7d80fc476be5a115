"""What a linter cannot see: what is really loaded when a service runs."""

import subprocess
import sys

import pytest

SQL = {"sqlalchemy", "psycopg", "alembic", "common.db", "common.reports.queries"}
WEB = {"fastapi", "starlette", "uvicorn", "jinja2"}

FORBIDDEN = {
    "report_viewer.app": SQL
    | {"worker", "share_api", "analytics", "common.reports.sales.from_ledger"},
    "share_api.app": {"worker", "report_viewer", "analytics", "common.reports.queries"},
    "worker.app": WEB | {"share_api", "report_viewer", "analytics"},
    "common.jobs.publisher": WEB | SQL,
    "common.jobs.celery": WEB | SQL,
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
