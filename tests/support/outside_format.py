"""A process that finds an import format outside the tree, imports a file with it and says so.

Arguments: the URL of PostgreSQL, the tenant, and the file; what it says is JSON.
"""

import json
import sys
from pathlib import Path

import click
from click.testing import CliRunner

from analytics.commands.import_sales import import_sales
from common.db.engine import create_service_engine
from ingest.formats import registry
from ingest.formats.detect import format_of
from ingest.import_files import FileKind, ImportFile, ImportRefusedError, import_files
from share_api.schemas.imports import FORMAT_NAMES

NAME = "till"


def main(database: str, tenant_id: str, path: str) -> None:
    """Print what became of the file, and the lists that the format must be in."""
    content = Path(path).read_bytes()
    layout, orders = format_of(ImportFile("receipts.csv", iter([content])))
    engine = create_service_engine(database, application_name="outside")
    imported = import_files(engine, int(tenant_id), {FileKind.ORDERS: orders}, layout=layout)
    try:
        as_own = ImportFile("receipts.csv", iter([content]))
        import_files(engine, int(tenant_id), {FileKind.ORDERS: as_own})
    except ImportRefusedError as refused:
        taken_for_own = str(refused.faults[0])
    commands = click.Group(commands={"import": import_sales})
    found = {
        "format": layout.name,
        "orders": imported.summary.orders_new,
        "lines": imported.summary.lines,
        "net": imported.summary.net_sales,
        "unexplained": imported.reconciled.unexplained,
        "taken_for_own": taken_for_own,
        "formats": list(registry.FORMATS),
        "openapi": FORMAT_NAMES["enum"],
        "help": CliRunner().invoke(commands, ["import", "--help"]).output,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
