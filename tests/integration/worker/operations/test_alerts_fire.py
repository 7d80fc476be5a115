"""Which alerts fire for which fault, by Prometheus' own tool: those that tell of it alone."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.integration.worker.operations.test_alerts import DOCS, RULES
from tests.support import promtool

from common.jobs.celery_config import QUEUES

FILE = DOCS / "operations/alerts.yml"
BY_NAME = {rule["alert"]: rule for rule in RULES}
SCRAPED = ("share-api", "report-viewer", "worker", "links", "discord")
AT = "40m"
GROWS = "0+60x60"
"""An age that grows: nobody takes the oldest."""
LOADS = "report_viewer_load_seconds_bucket"

HEALTHY = {
    **{f'up{{job="{job}",instance="1"}}': "1x60" for job in SCRAPED},
    **{f'analytics_queue_jobs{{queue="{queue}"}}': "3x60" for queue in QUEUES},
    **{f'analytics_queue_oldest_seconds{{queue="{queue}"}}': "2x60" for queue in QUEUES},
    'probe_success{job="gateway"}': "1x60",
    "analytics_redis_up": "1x60",
    "analytics_redis_used_bytes": "50x60",
    "analytics_redis_max_bytes": "100x60",
    "analytics_workers_alive": "1x60",
    "analytics_revocation_sweep_age_seconds": "4x60",
    "analytics_tenants_held_twice": "0x60",
    "analytics_dead_letters": "0x60",
    "analytics_views_waiting": "7x60",
    "analytics_views_transfer_age_seconds": "9x60",
    "analytics_webhook_events_waiting": "40x60",
    "analytics_webhook_events_dead": "0x60",
    "analytics_webhook_events_overdue_seconds": "20x60",
    "analytics_imports_waiting": "1x60",
    "analytics_imports_oldest_seconds": "30x60",
    "report_viewer_waiting": "0x60",
    'share_api_database_up{server="home"}': "1x60",
    'share_api_database_connections{server="home"}': "2x60",
    **{f'{LOADS}{{heat="cold",le="{most}"}}': "0+10x60" for most in ("2.5", "5", "10", "+Inf")},
}
OF_WORKERS = [name for name in HEALTHY if name.startswith("analytics_")]
KNOWN_WITHOUT_REDIS = {"analytics_redis_up"}


def away(*prefixes: str) -> dict[str, str]:
    """Nothing is told of these: they have no series."""
    return dict.fromkeys((name for name in HEALTHY if name.startswith(prefixes)), "_x60")


def oldest(queue: str) -> str:
    return f'analytics_queue_oldest_seconds{{queue="{queue}"}}'


FAULTS: dict[str, tuple[Mapping[str, str], Mapping[str, Mapping[str, str]]]] = {
    "nothing": ({}, {}),
    "Redis is away": (
        {**away(*set(OF_WORKERS) - KNOWN_WITHOUT_REDIS), "analytics_redis_up": "0x60"},
        {"RedisAway": {}},
    ),
    "no workers are there": (
        away("analytics_"),
        {"NoWorker": {}, "RevocationSweepLate": {}},
    ),
    "beat is down": ({"analytics_workers_alive": "0x60"}, {"NoWorker": {}}),
    "PostgreSQL is down": (
        {
            'share_api_database_up{server="home"}': "0x60",
            "analytics_revocation_sweep_age_seconds": GROWS,
        },
        {"DatabaseAway": {"server": "home"}, "RevocationSweepLate": {}},
    ),
    "one PostgreSQL server of two is down": (
        {'share_api_database_up{server="east"}': "0x60"},
        {"DatabaseAway": {"server": "east"}},
    ),
    "the viewers are gone": (
        {**away("report_viewer_"), 'up{job="report-viewer",instance="1"}': "0x60"},
        {"ViewersAway": {}, "ServiceDown": {"job": "report-viewer", "instance": "1"}},
    ),
    "share-api is gone": (
        {**away("share_api_"), 'up{job="share-api",instance="1"}': "0x60"},
        {"AdminApiAway": {}, "ServiceDown": {"job": "share-api", "instance": "1"}},
    ),
    "one viewer of two is gone": (
        {'up{job="report-viewer",instance="2"}': "0x60"},
        {"ServiceDown": {"job": "report-viewer", "instance": "2"}},
    ),
    "the gateway is gone": ({'probe_success{job="gateway"}': "0x60"}, {"GatewayAway": {}}),
    "links are stuck": ({oldest("links"): GROWS}, {"LinkJobsWait": {}}),
    "reports are stuck": ({oldest("reports"): GROWS}, {"ReportJobsWait": {}}),
    "Discord's are stuck": ({oldest("discord"): GROWS}, {"DiscordJobsWait": {}}),
    "imports are stuck": ({oldest("imports"): GROWS}, {"ImportJobsWait": {}}),
    "what is warmed is stuck": ({oldest("warm"): GROWS}, {"WarmJobsPileUp": {}}),
    "views of one shop are stuck": (
        {"analytics_views_waiting": "1x60", "analytics_views_transfer_age_seconds": GROWS},
        {"ViewsWait": {}},
    ),
    "views were never brought over": (away("analytics_views_transfer"), {"ViewsWait": {}}),
    "views are not brought over, and there are none": (
        {"analytics_views_waiting": "0x60", "analytics_views_transfer_age_seconds": GROWS},
        {},
    ),
    "an event is stuck": ({"analytics_webhook_events_overdue_seconds": GROWS}, {"EventsWait": {}}),
    "an event was given up": ({"analytics_webhook_events_dead": "0x30 1x30"}, {"EventsDead": {}}),
    "an import is stuck": (
        {"analytics_imports_oldest_seconds": "2400+60x60"},
        {"ImportsWait": {}},
    ),
    "readers wait in vain": (
        {f'{LOADS}{{heat="cold",le="2.5"}}': "0x60", f'{LOADS}{{heat="cold",le="5"}}': "0x60"},
        {"ReadersWait": {}},
    ),
}


@promtool.needed
def test_prometheus_takes_the_rules() -> None:
    done = promtool.run("check", "rules", FILE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} rules found" in done.stdout


@promtool.needed
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_by_its_alerts_and_no_others(fault: str, tmp_path: Path) -> None:
    series, alerts = FAULTS[fault]
    expected = [(BY_NAME[name], labels) for name, labels in alerts.items()]
    assert not promtool.fired(tmp_path, FILE, {**HEALTHY, **series}, expected, at=AT)


@promtool.needed
def test_events_that_were_given_up_days_ago_are_told_no_more(tmp_path: Path) -> None:
    series = {**HEALTHY, "analytics_webhook_events_dead": "1x3000"}
    series = {name: values.replace("x60", "x3000") for name, values in series.items()}
    assert not promtool.fired(tmp_path, FILE, series, [], at="2d")


@promtool.needed
def test_an_alert_that_is_missing_would_be_seen(tmp_path: Path) -> None:
    series = {**HEALTHY, oldest("links"): GROWS}
    assert "LinkJobsWait" in promtool.fired(tmp_path, FILE, series, [], at=AT)
