"""The main job over the real processes: issue, compute, page, CSV, expire, revoke."""

import csv
import io
import json
import re
import time
from datetime import datetime
from decimal import Decimal

import httpx
import pytest
from openpyxl.reader.excel import load_workbook
from tests.functional.conftest import System
from tests.support import wait
from tests.support.forms import text_of

from common.reports import registry

pytestmark = pytest.mark.xdist_group("system")

REPORTS = [each.slug for each in registry.implemented()]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def share(admin: httpx.Client, report: str, **body: object) -> httpx.Response:
    return admin.post(f"/api/admin/analytics/{report}/share", json=body)


def rows(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_printed_link_opens(system: System) -> None:
    page = httpx.get(system.link, headers=BROWSER, timeout=wait.PATIENCE_SECONDS)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "Nordlicht" in page.text
    assert rows(httpx.get(f"{system.link}/csv", timeout=wait.PATIENCE_SECONDS))


@pytest.mark.parametrize("tenant", ["nordlicht", None])
@pytest.mark.parametrize("period", ["7d", "30d", "90d"])
def test_all_reports_of_a_window_agree_to_the_minor_unit(
    system: System, period: str, tenant: str | None
) -> None:
    with system.admin(tenant or other_tenant(system)) as admin:
        net = {}
        for report in REPORTS:
            issued = share(admin, report, period=period)
            assert issued.status_code == 201, issued.text
            assert set(issued.json()) == {"url", "expiresAt", "reportType", "period"}
            assert INSTANT.fullmatch(issued.json()["expiresAt"])
            url = issued.json()["url"]
            assert httpx.get(url, headers=BROWSER, timeout=wait.PATIENCE_SECONDS).status_code == 200
            table = rows(httpx.get(f"{url}/csv", timeout=wait.PATIENCE_SECONDS))
            net[report] = sum(Decimal(row["net_sales"]) for row in table)
            if report == "revenue-overview":
                assert len(table) == int(period.removesuffix("d"))
        assert len(set(net.values())) == 1, net
        assert net["revenue-overview"] > 0


def form(url: str, language: str = "en") -> httpx.Response:
    """A form of a report, once a worker has made it."""

    def asked() -> httpx.Response | None:
        answer = httpx.get(
            url, headers={"Accept-Language": language}, timeout=wait.PATIENCE_SECONDS
        )
        assert answer.status_code in {200, 503}, answer.text
        return answer if answer.status_code == 200 else None

    found = wait.until(asked, f"a form at {url[-20:]}")
    assert found is not None
    return found


def test_every_form_says_the_same_to_the_minor_unit(system: System) -> None:
    with system.admin() as admin:
        url = share(admin, "revenue-overview", period="30d").json()["url"]
    net = sum(Decimal(row["net_sales"]) for row in rows(form(f"{url}/csv")))
    data = json.loads(form(f"{url}/data").content, parse_float=Decimal)
    told = {each["key"]: each["value"] for each in data["kpis"]}
    assert told["net_sales"] == net
    german = form(f"{url}/csv/spreadsheet", "de").content.decode("utf-8-sig")
    amounts = [row["Nettoumsatz"] for row in csv.DictReader(io.StringIO(german), delimiter=";")]
    assert sum(Decimal(each.replace(",", ".")) for each in amounts) == net
    book = load_workbook(io.BytesIO(form(f"{url}/xlsx").content))
    head, *cells = book["All rows"].iter_rows(values_only=True)
    column = head.index("Net sales")
    assert sum(Decimal(str(row[column])) for row in cells) == net
    assert f"{net:,.2f}" in text_of(form(f"{url}/pdf").content)


def other_tenant(system: System) -> str:
    with system.admin() as admin:
        tenants = admin.get("/api/admin/session").json()["tenants"]
    (slug,) = [each["slug"] for each in tenants if each["slug"] != system.tenant]
    return str(slug)


def test_the_yen_shop_has_no_decimals(system: System) -> None:
    with system.admin(other_tenant(system)) as admin:
        url = share(admin, "revenue-overview").json()["url"]
    assert all(
        "." not in row["net_sales"]
        for row in rows(httpx.get(f"{url}/csv", timeout=wait.PATIENCE_SECONDS))
    )


def test_a_link_expires_and_says_when(system: System) -> None:
    with system.admin() as admin:
        # Computed by then, so that the short life of the other is not spent on waiting for it.
        ready = share(admin, "revenue-overview", period="7d").json()["url"]
        assert httpx.get(ready, timeout=wait.PATIENCE_SECONDS).status_code == 200
        issued = opened_before_it_expires(admin)
    expires = datetime.fromisoformat(issued["expiresAt"]).timestamp()
    wait.until(lambda: time.time() > expires, "its end")
    for url in (issued["url"], f"{issued['url']}/csv"):
        refused = httpx.get(url, timeout=wait.PATIENCE_SECONDS)
        assert refused.status_code == 403
        assert refused.headers["content-type"] == "application/problem+json"
        assert issued["expiresAt"][:10] in refused.text


def opened_before_it_expires(admin: httpx.Client) -> dict[str, str]:
    """A short-lived link that was opened; on a slow machine the next one lives twice as long."""
    for seconds in (2, 4, 8, 16, 32, 64):
        made = share(admin, "revenue-overview", period="7d", expiresInSeconds=seconds).json()
        if httpx.get(made["url"], timeout=wait.PATIENCE_SECONDS).status_code == 200:
            return dict(made)
        expires = datetime.fromisoformat(made["expiresAt"]).timestamp()
        assert time.time() > expires, "refused before its end"
    raise AssertionError("no link opened in a minute")


def test_a_revoked_link_stops_at_once(system: System) -> None:
    with system.admin() as admin:
        issued = share(admin, "sales-velocity", period="7d")
        url, entry = issued.json()["url"], issued.headers["location"]
        for each in (url, f"{url}/csv"):
            assert httpx.get(each, timeout=wait.PATIENCE_SECONDS).status_code == 200
        assert admin.delete(entry).status_code == 204
        revoked = time.monotonic()
        for each in (url, f"{url}/csv"):
            sent = time.monotonic()
            while httpx.get(each, timeout=wait.PATIENCE_SECONDS).status_code != 403:
                assert sent - revoked < 1, "a revoked link stops within a second"
                sent = time.monotonic()
        assert admin.get(entry).json()["state"] == "revoked"
        assert admin.delete(entry).status_code == 204, "a second revocation changes nothing"


def test_a_link_shows_its_own_shop_only(system: System) -> None:
    with system.admin() as mine, system.admin(other_tenant(system)) as theirs:
        entry = share(mine, "revenue-overview").headers["location"]
        assert theirs.get(entry).status_code == 404
        assert theirs.delete(entry).status_code == 404
        assert mine.get(entry).json()["state"] == "active"


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'"30d"', b'{"period": "31d"}', b'{"window": 1}', b"\xff\xfe"]
    + [
        b'{"expiresInSeconds": %s}' % value
        for value in (b"0", b"-1", b"1.5", b"true", b'"60"', b"1" + b"0" * 20, b"null", b"NaN")
    ],
)
def test_a_wrong_body_is_400_and_says_what_is_wrong(system: System, body: bytes) -> None:
    with system.admin() as admin:
        refused = admin.post("/api/admin/analytics/revenue-overview/share", content=body)
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert {"type", "title", "status", "detail"} <= set(problem)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/reports", 400),
        ("/api/reports/", 400),
        ("/api/reports//csv", 400),
        ("/api/reports/%20", 400),
        ("/api/reports/nonsense", 403),
        ("/api/reports/nonsense/csv", 403),
        ("/api/reports/" + "A" * 5000, 403),
        ("/nothing", 404),
    ],
)
def test_what_is_no_link(system: System, path: str, status: int) -> None:
    for headers, kind in ((BROWSER, "text/html"), ({}, "application/problem+json")):
        refused = httpx.get(system.viewer + path, headers=headers, timeout=wait.PATIENCE_SECONDS)
        assert refused.status_code == status
        if status != 404:
            assert refused.headers["content-type"].startswith(kind)


def test_every_changed_character_of_a_token_is_refused(system: System) -> None:
    with httpx.Client(timeout=wait.PATIENCE_SECONDS) as client:
        for position in range(len(system.link) - len(system.viewer) - len("/api/reports/")):
            at = len(system.viewer) + len("/api/reports/") + position
            changed = "A" if system.link[at] != "A" else "B"
            url = system.link[:at] + changed + system.link[at + 1 :]
            assert client.get(url).status_code == 403


def test_the_log_is_in_words_in_a_file_too(system: System) -> None:
    lines = (system.state / "up.log").read_text().splitlines()
    assert any(line.startswith("share-api") for line in lines)
    assert not [line for line in lines if '"message":' in line]


def test_no_token_is_in_any_log(system: System) -> None:
    token = system.link.rsplit("/", 1)[1]
    httpx.get(system.link, timeout=wait.PATIENCE_SECONDS)
    httpx.get(system.link + "x", timeout=wait.PATIENCE_SECONDS)
    log = (system.state / "up.log").read_text()
    lines = [line for line in log.splitlines() if token in line]
    assert all("/api/reports/" in line and "{" not in line for line in lines)
    assert len(lines) <= 1, "the link is printed once, for the person who started the system"
