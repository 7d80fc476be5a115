from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from common.reports import queries, registry
from common.reports.model import AnalyticsNotYetImplementedError, Definition, Scope
from common.reports.window import Period, window_of

IMPLEMENTED = {
    "revenue-overview": "revenue",
    "sales-velocity": "sales",
    "product-performance": "products",
}
STUBS = {
    "customer-insights",
    "coupon-impact",
    "time-of-day-heatmap",
    "inventory-turnover",
    "refund-cancel-rate",
    "channel-performance",
    "geographic-distribution",
}

NOW = datetime(2026, 5, 2, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
SCOPE = Scope(1, "Shop", "EUR", UTC_ZONE, window_of(Period.WEEK, UTC_ZONE, now=NOW), NOW, 1)


def test_ten_types_three_of_them_implemented() -> None:
    assert {each.slug: each.discord for each in registry.implemented()} == IMPLEMENTED
    assert set(registry.REPORTS) == set(IMPLEMENTED) | STUBS


def test_every_implemented_report_has_a_query_and_no_stub_has_one() -> None:
    assert set(queries.QUERIES) == set(IMPLEMENTED)


@pytest.mark.parametrize("slug", sorted(STUBS))
def test_calling_a_stub_raises(slug: str) -> None:
    stub: Definition[Any] = registry.find(slug)
    calls = (
        lambda: stub.columns,
        lambda: stub.present(None, SCOPE),
        lambda: queries.run(slug, None),  # type: ignore[arg-type]
    )
    for call in calls:
        with pytest.raises(AnalyticsNotYetImplementedError) as error:
            call()
        assert error.value.slug == slug
    assert stub.discord is None


@pytest.mark.parametrize("slug", ["", "Revenue-Overview", "revenue", "../x", "revenue-overview "])
def test_other_names_are_unknown(slug: str) -> None:
    with pytest.raises(registry.UnknownReportError):
        registry.find(slug)


@pytest.mark.parametrize("definition", registry.implemented(), ids=lambda d: d.slug)
def test_columns_are_named_once_and_defined(definition: Definition[Any]) -> None:
    keys = [column.key for column in definition.columns]
    assert len(set(keys)) == len(keys)
    assert all(column.definition.endswith(".") for column in definition.columns)
