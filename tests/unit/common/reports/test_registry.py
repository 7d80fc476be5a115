import sys
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from common.reports import catalog, queries, registry
from common.reports.model import AnalyticsNotYetImplementedError, Definition, Scope
from common.reports.window import Period, window_of

IMPLEMENTED = {
    "revenue-overview": "revenue",
    "sales-velocity": "sales",
    "product-performance": "products",
}
STUBS = (
    "customer-insights",
    "coupon-impact",
    "time-of-day-heatmap",
    "inventory-turnover",
    "refund-cancel-rate",
    "channel-performance",
    "geographic-distribution",
)
CATALOG = Path(*catalog.__path__)

NOW = datetime(2026, 5, 2, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
SCOPE = Scope(1, "Shop", "EUR", UTC_ZONE, window_of(Period.WEEK, UTC_ZONE, now=NOW), NOW, 1)


def test_ten_types_three_of_them_implemented() -> None:
    assert {each.slug: each.discord for each in registry.implemented()} == IMPLEMENTED
    assert set(registry.REPORTS) == set(IMPLEMENTED) | set(STUBS)


def test_report_types_stand_in_the_order_that_their_definitions_state() -> None:
    assert list(registry.REPORTS) == [*IMPLEMENTED, *STUBS]
    places = [each.place for each in registry.REPORTS.values()]
    assert places == sorted(set(places))


def test_every_folder_of_the_catalog_is_a_report_type() -> None:
    folders = {path.parent.name for path in CATALOG.glob("*/__init__.py")}
    assert {slug.replace("-", "_") for slug in registry.REPORTS} == folders
    assert {registry.folder(slug) for slug in registry.REPORTS} == {
        f"common.reports.catalog.{folder}" for folder in folders
    }


@pytest.mark.parametrize("same", ["slug", "discord"])
def test_no_two_folders_claim_one_name(monkeypatch: pytest.MonkeyPatch, same: str) -> None:
    ours = registry.find("revenue-overview")
    theirs = replace(ours, **{"slug": "other", "discord": "other", same: getattr(ours, same)})
    module = ModuleType("their_report.definition")
    monkeypatch.setattr(module, "DEFINITION", theirs, raising=False)
    monkeypatch.setitem(sys.modules, "their_report", ModuleType("their_report"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    mine = registry.folder("revenue-overview")
    with pytest.raises(registry.DuplicateReportError) as error:
        registry.load([mine, "their_report"])
    assert error.value.name == getattr(ours, same)
    assert set(error.value.folders) == {mine, "their_report"}


def test_every_implemented_report_has_a_query_and_no_stub_has_one() -> None:
    assert all(callable(queries.find(slug)) for slug in IMPLEMENTED)
    for slug in STUBS:
        assert find_spec(f"{registry.folder(slug)}.query") is None


@pytest.mark.parametrize("slug", STUBS)
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
