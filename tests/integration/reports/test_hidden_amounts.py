"""Where amounts are hidden, what is told all the same is what the report tells that shows them."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs
from redis import Redis
from sqlalchemy import Engine
from tests.support.rolled_up import WINDOW, ZONE, give_back, job, sale
from tests.unit.common.reports.test_metamorphic import REPORTS

from common.reports.comparison import Comparison
from common.reports.document.headlines import Kpi
from common.reports.document.metrics import Unit
from common.reports.document.schema import BarChart, Document, LineChart, Series
from common.reports.indexing import Index
from common.reports.redaction import NOTHING, Redaction
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import unpack_document
from ingest.ledger.load import load_sales
from worker.reports.compute import compute

AVERAGES = {"average_order_value", "net_sales_per_day"}
"""An index of these is taken before they are rounded: it is finer than one of what is shown."""


@pytest.mark.parametrize("comparison", Comparison)
@pytest.mark.parametrize("slug", REPORTS)
def test_what_is_told_with_and_without_amounts_is_the_same(
    service_engine: Engine, redis_client: Redis, tenant_id: int, slug: str, comparison: Comparison
) -> None:
    """Sales on some days of the window, of the days before, of a year ago; one comes back."""
    first = WINDOW.dates(ZONE)[0]
    noon = datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
    on = (-370, -364, -360, -35, -34, -20, -3, 0, 1, 9, 9, 20)
    lines = [sale(f"o{n}", noon + timedelta(days=day)) for n, day in enumerate(on)]
    back = [give_back("o8", noon + timedelta(days=10), 1000)]
    load_sales(service_engine, tenant_id, order_lines=lines, refunds=back)

    def told(redaction: Redaction) -> Document:
        asked = structs.replace(job(tenant_id, comparison), report=slug, hidden=redaction.name)
        compute(service_engine, ReportCache(redis_client, keep_seconds=60), asked)
        packed = redis_client.hget(asked.key.cached, "document")
        assert isinstance(packed, bytes)
        return unpack_document(packed)

    shown, hidden = told(NOTHING), told(Redaction(money=True))
    assert not shown.empty
    assert not hidden.empty
    assert _told(hidden) == _told(Index.of(shown).document(shown))


def _told(document: Document) -> dict[str, object]:
    """The figures and the values of charts, but for averages of money."""
    found: dict[str, object] = {
        each.key: (each.value, each.previous) for each in document.kpis if _exact(each)
    }
    for section in document.sections:
        if isinstance(section, LineChart | BarChart):
            for series in filter(_exact, section.series):
                found[f"{section.key}.{series.key}"] = (series.values, series.previous)
    return found


def _exact(each: Kpi | Series) -> bool:
    return each.unit is not Unit.MONEY or each.key not in AVERAGES
