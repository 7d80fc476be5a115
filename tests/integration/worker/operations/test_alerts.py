"""Alerts, dashboard and scalers ask for metrics that exist, and each alert says what to do.

What Prometheus itself says of the rules, and which fire when: test_alerts_fire.py.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from redis import Redis
from tests.support.manifests import named

from common import instants
from common.db.shards import HOME
from common.infra.telemetry import exposition
from common.jobs.celery_config import QUEUES
from common.links import view_counts
from report_viewer.app import create_app as create_viewer
from report_viewer.settings import ViewerSettings
from share_api.container import Container, create_container
from share_api.database_metrics import DatabaseMetrics
from share_api.middleware.access_log import Metrics as ApiMetrics
from share_api.settings import ShareApiSettings
from worker.operations import waiting_work
from worker.operations.metrics import JobMetrics
from worker.operations.shared_state import HELD_TWICE, SharedState
from worker.operations.waiting_work import Waiting
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
OF_PROMETHEUS = {"up", "probe_success"}
"""What Prometheus tells of what it asks, and its blackbox exporter of a page."""
OF_SEVERAL = {"analytics_redis_node_up"}
"""What is told of the nodes of a cluster alone."""
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}


@pytest.fixture
def of_share_api(redis_url: str) -> Iterator[Container]:
    """share-api's container; its server was ready when it was last asked."""
    settings = {
        "REDIS_URL": SecretStr(redis_url),
        "DATABASE_URL": SecretStr("postgresql://nobody@127.0.0.1:1/nothing"),
        "PUBLIC_BASE_URL": "https://x.example",
    }
    container = create_container(ShareApiSettings.model_validate(settings))
    container.databases_ready[HOME] = True
    yield container
    container.close()


@pytest.fixture
def families(redis_client: Redis, of_share_api: Container) -> list[Metric]:
    """All metrics of all services but those that only several servers have."""
    redis_client.set(HELD_TWICE, 0)
    view_counts.note_transfer(redis_client, instants.now())
    nothing = Waiting(events=0, events_due=None, dead=0, imports=0, imports_since=None)
    redis_client.set(waiting_work.KEY, msgspec.json.encode(nothing))
    shared = CollectorRegistry()
    shared.register(SharedState(redis_client, redis_client))
    databases = CollectorRegistry()
    databases.register(DatabaseMetrics(of_share_api))
    viewer = create_viewer(
        ViewerSettings.model_validate(
            {"REDIS_URL": SecretStr("redis://nobody/0"), "PUBLIC_BASE_URL": "https://x.example"}
        )
    )
    registries = (ApiMetrics().registry, databases, JobMetrics().registry, shared)
    texts = [
        viewer.reports._metrics.text(),
        *(exposition(each) for each in registries),
    ]
    told = [each for text in texts for each in text_string_to_metric_families(text.decode())]
    return [each for each in told if not each.name.endswith("_created")]


@pytest.fixture
def existing(families: list[Metric]) -> set[str]:
    """Their names, as Prometheus stores their samples."""
    return {family.name + suffix for family in families for suffix in _SUFFIXES[family.type]}


def panels() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def names_of(expression: str) -> set[str]:
    """The metrics that an expression asks for: its names that neither call nor group nor select."""
    bare = re.sub(
        r"\{[^}]*\}|\"[^\"]*\"|\[[^\]]*\]|\b(?:by|without|on)\s*\([^)]*\)|\boffset \w+",
        " ",
        expression,
    )
    words = re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*\b(?!\s*\()", bare)
    return set(words) - {"and", "or", "unless", "sum", "max", "min"}


def test_every_metric_that_is_asked_for_exists(existing: set[str]) -> None:
    for expression in [*(rule["expr"] for rule in RULES), *panels()]:
        names = names_of(expression)
        assert names, expression
        assert names <= existing | OF_PROMETHEUS, expression


def test_the_reference_lists_every_metric_with_what_it_says_of_itself(
    families: list[Metric],
) -> None:
    text = (DOCS / "reference/prometheus.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| (\w+) \|[^|]*\| (.+) \|$", text, re.MULTILINE)
    told = [
        (family.name + _SUFFIXES[family.type][0] * (family.type == "counter"), family.type)
        for family in families
    ]
    assert [each[:2] for each in listed if each[0] not in OF_SEVERAL] == told
    assert {name: what for name, _, what in listed if name not in OF_SEVERAL} == {
        name: family.documentation for (name, _), family in zip(told, families, strict=True)
    }


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


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule_has_no_field_that_prometheus_does_not_take(rule: dict[str, Any]) -> None:
    """A comma in a flow mapping begins another key, and what follows it is one without a value."""
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[smhd]", rule.get("for", "0s"))
    assert set(rule["labels"]) == {"severity"}
    assert set(rule["annotations"]) == {"summary"}
    for name, value in (*rule["labels"].items(), *rule["annotations"].items()):
        assert _NAME.fullmatch(name)
        assert isinstance(value, str)
    assert re.fullmatch(r"[A-Z].*\.", rule["annotations"]["summary"]), "a sentence, and all of it"


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
