"""One trace from a request to the query that answers it, over the real processes."""

import httpx
import pytest
from tests.functional.conftest import System
from tests.support import wait
from tests.support.collector import Collector, Told

pytestmark = pytest.mark.xdist_group("system")

ISSUED = "11f7651916cd43dd8448eb211c80319c"
OPENED = "22f7651916cd43dd8448eb211c80319c"


def test_from_a_request_to_its_query(system: System, collector: Collector) -> None:
    days = {"dates": {"first": "2026-01-01", "last": "2026-01-03"}}
    with system.admin() as admin, httpx.Client(timeout=wait.PATIENCE_SECONDS) as stranger:
        issued = admin.post(
            "/api/admin/analytics/revenue-overview/share",
            json=days,
            headers={"X-Request-ID": ISSUED},
        )
        assert issued.headers["x-request-id"] == ISSUED
        link = issued.json()["url"]
        assert stranger.get(link, headers={"X-Request-ID": OPENED}).status_code == 200

    parts = {"query", "document", "csv"}

    def told(request: str, *names: str) -> dict[str, Told]:
        def there() -> bool:
            return {*names, *parts} <= {each.name for each in collector.of_trace(request)}

        wait.until(there, lambda: str(collector.of_trace(request)))
        return {each.name: each for each in collector.of_trace(request)}

    # The report is asked for as the link is issued; who opens it may have to ask once more.
    asked = told(ISSUED, "publish reports.compute", "run reports.compute")
    share = asked["POST /api/admin/analytics/{report}/share"]
    assert (share.service, share.attributes["http.response.status_code"]) == ("share-api", 201)
    assert asked["publish reports.compute"].parent_id == share.span_id
    run = asked["run reports.compute"]
    assert run.service == "worker"
    assert run.parent_id == asked["publish reports.compute"].span_id
    assert {asked[each].parent_id for each in parts} == {run.span_id}

    wait.until(lambda: collector.of_trace(OPENED))
    page = next(each for each in collector.of_trace(OPENED) if each.service == "report-viewer")
    assert page.name == "GET /api/reports/{token}"
    assert page.attributes["http.response.status_code"] == 200

    token = link.rpartition("/")[2]
    secrets = {token, token.partition(".")[2], system.password, system.email}
    sent = b"".join(collector.sent)
    assert not [secret for secret in secrets if secret.encode() in sent]

    # A line of a worker's log leads to the request, and from there to its trace.
    assert f"request_id={ISSUED}" in (system.state / "up.log").read_text()
