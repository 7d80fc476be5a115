"""Alerts, dashboard and scalers ask for metrics that exist, and each alert says what to do."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from redis import Redis
from tests.support.manifests import named

from common.infra.telemetry import exposition
from common.jobs.celery_config import QUEUES
from report_viewer.app import create_app as create_viewer
from report_viewer.settings import ViewerSettings
from share_api.middleware.access_log import Metrics as ApiMetrics
from worker.operations.metrics import JobMetrics
from worker.operations.shared_state import HELD_TWICE, SharedState
from worker.reports.single_flight import FAILED

DOCS = Path(__file__).parents[4] / "docs"
GUIDE = (DOCS / "operations.md").read_text(encoding="utf-8")
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((DOCS / "operations/alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((DOCS / "operations/dashboard.json").read_text("utf-8"))
SCALED_BY = {
    metric["external"]["metric"]["name"]
    for scaler in named("HorizontalPodAutoscaler").values()
    for metric in scaler["spec"]["metrics"]
    if "external" in metric
}
ADAPTER = yaml.safe_load((DOCS / "operations/prometheus-adapter.yml").read_text("utf-8"))
_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}


@pytest.fixture
def existing(redis_client: Redis) -> set[str]:
    """The names of all metrics of all services, as Prometheus stores their samples."""
    redis_client.set(HELD_TWICE, 0)
    shared = CollectorRegistry()
    shared.register(SharedState(redis_client, redis_client))
    viewer = create_viewer(
        ViewerSettings.model_validate(
            {"REDIS_URL": SecretStr("redis://nobody/0"), "PUBLIC_BASE_URL": "https://x.example"}
        )
    )
    texts = [
        viewer.reports._metrics.text(),
        *(exposition(each) for each in (ApiMetrics().registry, JobMetrics().registry, shared)),
    ]
    return {
        family.name + suffix
        for text in texts
        for family in text_string_to_metric_families(text.decode())
        for suffix in _SUFFIXES[family.type]
    }


def panels() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def names_of(expression: str) -> set[str]:
    """The metrics that an expression asks for: its names that neither call nor group nor select."""
    bare = re.sub(r"\{[^}]*\}|\"[^\"]*\"|\[[^\]]*\]|\b(?:by|without)\s*\([^)]*\)", " ", expression)
    words = re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*\b(?!\s*\()", bare)
    return set(words) - {"and", "or", "unless", "sum", "max", "min"}


def test_every_metric_that_is_asked_for_exists(existing: set[str]) -> None:
    for expression in [*(rule["expr"] for rule in RULES), *panels()]:
        names = names_of(expression)
        assert names, expression
        assert names <= existing, expression


def test_every_metric_that_is_scaled_by_exists_and_is_provided(existing: set[str]) -> None:
    series = {names_of(rule["seriesQuery"]).pop() for rule in ADAPTER["rules"]["external"]}
    assert SCALED_BY
    assert series == SCALED_BY <= existing


def test_a_metric_that_does_not_exist_would_be_found(existing: set[str]) -> None:
    asked = names_of('sum by (x) (rate(no_such_total{a="b"}[5m])) / max(analytics_redis_up) > 1')
    assert asked == {"no_such_total", "analytics_redis_up"}
    assert asked - existing == {"no_such_total"}


def test_expressions_are_whole_and_select_what_there_is() -> None:
    for expression in [*(rule["expr"] for rule in RULES), *panels()]:
        for opened, closed in ("()", "[]", "{}"):
            assert expression.count(opened) == expression.count(closed), expression
        assert set(re.findall(r'queue="(\w+)"', expression)) <= set(QUEUES)
        assert set(re.findall(r'outcome="(\w+)"', expression)) <= {FAILED}


def test_every_alert_says_what_to_do() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES) >= 12
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
        assert re.search(rf"^\| `{rule['alert']}` \| \S.* \| \S.* \|$", GUIDE, re.MULTILINE)
    assert set(re.findall(r"^\| `([A-Z]\w+)` \|", GUIDE, re.MULTILINE)) == {
        rule["alert"] for rule in RULES
    }


def test_no_two_panels_share_a_place() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
