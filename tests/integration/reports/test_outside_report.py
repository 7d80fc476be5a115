"""A report type is a folder: one outside the tree is found, computed, drawn and exported."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import Engine
from tests.support import outside_report

from accounts.provisioning import create_tenant
from common.reports import registry
from common.reports.window import Period, window_of
from ingest.import_files import FileKind, ImportFile, import_files

ROOT = Path(__file__).parents[3]
OUTSIDE = ROOT / "tests/support/outside"
HOW_TO = ROOT / "docs/howto/add-a-report.md"
FENCE = re.compile(r"^`([^`]+)`:\n\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# The week before the 8th: 2 mugs on the web and 1 in the shop, which comes back; the week before
# that, 3 mugs on the web. O4 names no channel.
ORDERS = """\
order_id,paid_at,currency,line_id,product_id,quantity,unit_price,channel
O1,2026-03-01T10:00:00Z,EUR,1,P1,2,10.00,web
O2,2026-03-02T10:00:00Z,EUR,1,P1,1,10.00,pos
O3,2026-02-26T10:00:00Z,EUR,1,P1,3,10.00,web
O4,2026-03-03T10:00:00Z,EUR,1,P1,1,5.00,
"""
REFUNDS = """\
refund_id,order_id,line_id,processed_at,quantity,amount
R1,O2,1,2026-03-06T09:00:00Z,1,10.00
"""


@pytest.fixture
def tenant_id(service_engine: Engine) -> int:
    made = create_tenant(
        service_engine, slug="channels", name="Shop", currency="EUR", timezone="UTC"
    )
    given = {
        kind: ImportFile(f"{kind}.csv", iter([content.encode()]))
        for kind, content in ((FileKind.ORDERS, ORDERS), (FileKind.REFUNDS, REFUNDS))
    }
    import_files(service_engine, made, given)
    return made


def test_a_folder_is_all_that_a_report_type_takes(
    service_url: str, redis_url: str, redis_client: Redis, tenant_id: int
) -> None:
    now = datetime(2026, 3, 8, 9, tzinfo=UTC)
    window = window_of(Period.WEEK, ZoneInfo("UTC"), now=now)
    edges = (window.start.isoformat(), window.end.isoformat())
    arguments = (service_url, redis_url, str(tenant_id), *edges)
    done = subprocess.run(
        [sys.executable, outside_report.__file__, *arguments],
        env={**os.environ, "PYTHONPATH": str(OUTSIDE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["reports"] == [*registry.REPORTS, outside_report.SLUG]
    assert found["openapi"][-1] == outside_report.SLUG
    assert found["subcommands"]["channels"] == outside_report.SLUG

    rows = list(csv.DictReader(io.StringIO(found["csv"], newline="")))
    shown = ("channel", "net_sales", "orders", "units_sold", "previous_net_sales")
    assert [[row[key] for key in shown] for row in rows] == [
        ["web", "20.00", "1", "2", "30.00"],
        ["Unknown", "5.00", "1", "1", "0.00"],
        ["pos", "0.00", "1", "1", "0.00"],
    ]
    for said in ("Sales by channel", "Net sales of each channel.", "All channels", "web", "pos"):
        assert said in found["page"]
    assert "<canvas" in found["page"]


def test_without_the_folder_it_is_unknown() -> None:
    with pytest.raises(registry.UnknownReportError):
        registry.find(outside_report.SLUG)


def test_the_how_to_shows_the_very_files() -> None:
    shown = dict(FENCE.findall(HOW_TO.read_text(encoding="utf-8")))
    assert set(shown) == {
        "sales_by_channel/definition.py",
        "sales_by_channel/query.py",
        "entry_points.txt",
    }
    for name, content in shown.items():
        (path,) = OUTSIDE.rglob(name)
        assert content == path.read_text(encoding="utf-8")
