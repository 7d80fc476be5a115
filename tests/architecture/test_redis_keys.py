"""Every Redis key of a tenant starts with the tenant, as the hash tag of a cluster."""

from datetime import UTC, datetime
from uuid import uuid4

from common.jobs.discord_promises import promise_key
from common.jobs.payloads import AnswerDiscord
from common.jobs.publisher import webhooks_key
from common.links.state import state_key
from common.reports import registry
from common.reports.window import Window
from common.reports_cache.cache import ReportKey

WINDOW = Window(datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))


def test_tenant_id_leads_every_key() -> None:
    for slug in registry.REPORTS:
        key = ReportKey(42, slug, WINDOW)
        names = {key.cached, key.failed, key.requested}
        assert len(names) == 3
        assert all(name.startswith("{42}:") for name in names)
    assert state_key(42, uuid4()).startswith("{42}:")
    asked = AnswerDiscord(42, 1, 2, "revenue-overview", WINDOW, answer_by=0)
    assert promise_key(asked).startswith("{42}:")
    assert webhooks_key(42).startswith("{42}:")


def test_another_tenant_report_or_window_is_another_key() -> None:
    keys = {
        ReportKey(tenant, slug, window).cached
        for tenant in (1, 11)
        for slug in registry.REPORTS
        for window in (WINDOW, Window(WINDOW.start, datetime(2026, 5, 2, tzinfo=UTC)))
    }
    assert len(keys) == 2 * len(registry.REPORTS) * 2
