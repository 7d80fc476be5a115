"""Labels of links, extending one, and revoking those of one report."""

import csv
import io
import re
from datetime import timedelta

import httpx
import pytest
from redis import Redis
from tests.integration.share_api.console.conftest import Tab, said
from tests.integration.share_api.console.test_links import address_on, made

from common.instants import now
from common.links import unlocking
from common.links.state import LinkRef, LinkStateStore
from common.links.token import KeyRing

SHARES = "/api/admin/analytics/shares"


def test_a_label_is_given_found_changed_and_taken_away(tab: Tab) -> None:
    made(tab)
    path = made(tab, label="  Presse <b>Frühling</b> ")
    page = tab.open(path)
    assert "Presse <b>Frühling</b>" in said(page)
    assert "<b>" not in page.text
    found = tab.open("/admin/links", params={"find": "FRÜHLING"})
    assert found.text.count('name="share"') == 1
    tab.open(path)
    assert tab.send(f"{path}/label", label="Bank").headers["location"] == path
    assert "Bank" in said(tab.open("/admin/links"))
    assert tab.open("/admin/links", params={"find": "presse"}).text.count('name="share"') == 0
    assert "Link label changed" in said(tab.open("/admin/activity"))
    tab.open(path)
    tab.send(f"{path}/label", label=" ")
    assert "Bank" not in said(tab.open("/admin/links"))
    assert tab.send(f"{path}/label", label="x" * 121).status_code == 400
    assert tab.send("/admin/links/new", report="sales-velocity", label="x" * 121).status_code == 400


def test_a_label_by_the_api_that_the_link_does_not_tell(ben: httpx.Client, ring: KeyRing) -> None:
    share = "/api/admin/analytics/sales-velocity/share"
    issued = ben.post(share, json={"label": "Höhle"})
    assert set(issued.json()) == {"url", "expiresAt", "reportType", "period"}
    one = issued.headers["location"]
    assert ben.get(one).json()["label"] == "Höhle"
    assert ben.patch(one, json={"label": "Bank"}).json()["label"] == "Bank"
    assert ben.get(SHARES).json()["items"][0]["label"] == "Bank"
    assert ben.patch(one, json={"label": None}).json()["label"] is None
    for odd in ("", "  ", "x" * 121, "a\nb", 3, ["x"]):
        assert ben.patch(one, json={"label": odd}).status_code == 400, odd
        assert ben.post(share, json={"label": odd}).status_code == 400, odd
    assert ben.patch(one, json={}).status_code == 400
    assert ben.post(share, json={"label": None}).status_code == 400
    assert ben.patch(f"{SHARES}/x", json={"label": "x"}).status_code == 404


@pytest.mark.parametrize(
    "choice",
    [
        {"period": "30d"},
        {"period": "dates", "first": "2026-02-01", "last": "2026-02-28"},
    ],
)
def test_a_link_is_extended_by_one_click_to_the_same_days(
    choice: dict[str, str], tab: Tab, ring: KeyRing
) -> None:
    path = made(tab, **choice, life="86400", label="Bank")
    first = ring.verify(address_on(tab.open(path)).rpartition("/")[2], now=now())
    tab.send("/admin/links/revoke", share=path.rpartition("/")[2])
    tab.open(path)
    anew = tab.send(f"{path}/extend")
    assert anew.status_code == 303
    page = tab.open(anew.headers["location"])
    second = ring.verify(address_on(page).rpartition("/")[2], now=now())
    assert (second.window, second.report) == (first.window, first.report)
    assert second.link_id != first.link_id
    life = second.expires_at - second.issued_at
    assert life == timedelta(days=1)
    assert "Bank" in said(page)


@pytest.mark.parametrize("options", [{"password": "correct horse battery"}, {"live": True}])
def test_a_link_is_extended_with_all_that_it_is(
    tab: Tab, ben: httpx.Client, redis_client: Redis, ring: KeyRing, options: dict[str, object]
) -> None:
    """A password above all: without it the link in its place would be open to everybody."""
    body = {"period": "7d", "expiresInSeconds": 86_400, **options}
    one = ben.post("/api/admin/analytics/sales-velocity/share", json=body).headers["location"]
    path = f"/admin/links/{one.rpartition('/')[2]}"
    assert "Issue again" in said(tab.open(path))
    anew = tab.send(f"{path}/extend").headers["location"]
    assert anew != path
    before, after = (ben.get(f"{SHARES}/{each.rpartition('/')[2]}").json() for each in (path, anew))
    for name in ("kind", "protected", "reportType"):
        assert after[name] == before[name], name
    for edge in ("from", "to"):
        assert after["period"][edge] == before["period"][edge]
    claims = ring.verify(address_on(tab.open(anew)).rpartition("/")[2], now=now())
    link = LinkRef(claims.tenant_id, claims.link_id, claims.expires_at)
    (known,) = LinkStateStore(redis_client).read_links([link])
    stored = known.options.password
    assert (stored is not None) == ("password" in options)
    assert stored is None or unlocking.matches(stored, "correct horse battery")


def test_links_to_one_report_are_revoked_together(tab: Tab) -> None:
    for report in ("sales-velocity", "sales-velocity", "revenue-overview"):
        made(tab, report=report)
    way = re.search(
        r'href="(/admin/links/revoke-all\?report=sales-velocity)"', tab.open("/admin/links").text
    )
    assert way
    page = said(tab.open(way[1]))
    assert "2 links stop opening" in page
    assert "Sales velocity" in page
    tab.send("/admin/links/revoke-all", report="sales-velocity")
    assert "Live 1" in said(tab.open("/admin/links"))
    assert tab.send("/admin/links/revoke-all", report="none").status_code == 400
    assert "Live 1" in said(tab.open("/admin/links"))


def test_the_list_is_a_csv_that_runs_nothing(tab: Tab, ben: httpx.Client) -> None:
    hostile = ["=1+1", "+A1", "＝cmd", 'a"b,c;d', "Zürich · 東京", "-2"]
    for label in hostile:
        made(tab, label=label, report="sales-velocity")
    made(tab)
    answer = tab.open("/admin/links/csv", params={"show": "live", "find": "velocity"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    formulas = ("=1+1", "+A1", "＝cmd", "-2")
    told = [f"'{label}" if label in formulas else label for label in reversed(hostile)]
    assert [row["label"] for row in rows] == told
    assert {row["created_by"] for row in rows} == {"ben@example.com"}
    listed = ben.get(SHARES, params={"limit": 100}).json()["items"]
    whole = ben.get(f"{SHARES}.csv").content.decode("utf-8-sig")
    every = list(csv.DictReader(io.StringIO(whole, newline="")))
    assert [row["id"] for row in every] == [each["id"] for each in listed]
    assert [row["expires_at"] for row in every] == [each["expiresAt"] for each in listed]
    assert ben.get(f"{SHARES}.csv", params={"state": "revoked"}).text.count("\r\n") == 1
    for odd in ({"limit": "1"}, {"state": "x"}, {"tenant": "berlin"}):
        assert ben.get(f"{SHARES}.csv", params=odd).status_code == 400
