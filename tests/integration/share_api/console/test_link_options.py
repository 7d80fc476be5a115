"""What the console sets of a link beside its days: live, frozen, and its password."""

import html
import re

import httpx
import pytest
from redis import Redis
from tests.integration.share_api.conftest import Service
from tests.integration.share_api.console.conftest import Tab, a_tab, said
from tests.integration.share_api.console.test_links import CHOICE, address_on, made
from tests.support.samples import finished

from common.instants import now
from common.links import unlocking
from common.links.link_claims import LinkClaims
from common.links.state import LinkRef, LinkStateStore
from common.links.token import KeyRing
from common.reports import registry
from common.reports_cache.cache import (
    ReportCache,
    ReportKey,
)
from common.reports_cache.report_fields import (
    Meta,
    pack,
)
from worker.reports import csv_export

SHARES = "/api/admin/analytics/shares"
PASSWORD, OTHER = "correct horse battery", "another horse, battery"


def entry_of(ben: httpx.Client, path: str) -> dict[str, object]:
    """The entry of the ledger whose page is at ``path``."""
    entry: dict[str, object] = ben.get(f"{SHARES}/{path.rpartition('/')[2]}").json()
    return entry


def stored_password(redis: Redis, ring: KeyRing, address: str) -> str | None:
    """The hash that viewers compare passwords of a link with."""
    claims = ring.verify(address.rpartition("/")[2], now=now())
    link = LinkRef(claims.tenant_id, claims.link_id, claims.expires_at)
    return LinkStateStore(redis).read_links([link])[0].options.password


def make_ready(redis: Redis, claims: LinkClaims) -> None:
    """Cache the report of a link, as a worker would."""
    made = finished(claims.report, claims.window)
    columns = registry.find(claims.report).columns
    packed = csv_export.write(columns, made.rows, made.document.money_exponent)
    meta = Meta(made.document.as_of, made.document.data_version, now(), "report.csv")
    key = ReportKey(claims.tenant_id, claims.report, claims.window)
    ReportCache(redis, keep_seconds=600).store(key, pack(meta, made.document, packed))


def test_a_live_link_is_made_and_shows_the_days_of_today(tab: Tab, ben: httpx.Client) -> None:
    path = made(tab, period="7d", kind="live")
    assert entry_of(ben, path)["kind"] == "live"
    for page in (tab.open(path), tab.open("/admin/links")):
        assert "· Rolling days" in said(page)
    again = re.search(r'href="(/admin/links/new[^"]+)"', tab.open(path).text)
    assert again
    assert 'value="live" required checked' in tab.open(html.unescape(again[1])).text
    assert "Rolling days" not in said(tab.open(made(tab, kind="fixed")))


def test_ranges_are_allowed_and_kept_when_it_is_issued_again(tab: Tab, ben: httpx.Client) -> None:
    path = made(tab, range=["month", "custom"])
    assert entry_of(ben, path)["ranges"] == ["month", "custom"]
    assert "· Readers choose the days" in said(tab.open("/admin/links"))
    again = re.search(r'href="(/admin/links/new[^"]+)"', tab.open(path).text)
    assert again
    form = tab.open(html.unescape(again[1])).text
    assert re.findall(r'name="range" value="([^"]+)" checked', form) == ["month", "custom"]
    anew = tab.send(f"{path}/extend").headers["location"]
    assert entry_of(ben, anew)["ranges"] == ["month", "custom"]
    refused = tab.send("/admin/links/new", **{**CHOICE, "kind": "frozen"}, range="7d")
    assert (refused.status_code, "only the figures of its own days" in said(refused)) == (422, True)
    assert tab.send("/admin/links/new", **CHOICE, range="31d").status_code == 400


def test_it_is_shown_beside_last_year_and_so_when_it_is_issued_again(
    tab: Tab, ben: httpx.Client
) -> None:
    path = made(tab, compare="last-year")
    assert entry_of(ben, path)["compare"] == "last-year"
    assert "· Compared with last year" in said(tab.open("/admin/links"))
    again = re.search(r'href="(/admin/links/new[^"]+)"', tab.open(path).text)
    assert again
    form = tab.open(html.unescape(again[1])).text
    assert 'name="compare" value="last-year" required checked' in form
    assert re.search(r'src="/admin/reports/[a-z-]+/[^/]+,last-year/page"', form)
    anew = tab.send(f"{path}/extend").headers["location"]
    assert entry_of(ben, anew)["compare"] == "last-year"
    plain = made(tab, compare="previous")
    assert entry_of(ben, plain)["compare"] == "previous"
    assert "Compared with last year" not in said(tab.open(plain))
    assert tab.send("/admin/links/new", **CHOICE, compare="x").status_code == 400


def test_what_is_left_out_is_chosen_told_and_kept_when_it_is_issued_again(
    tab: Tab, ben: httpx.Client
) -> None:
    chosen = ["money", "revenue-overview.waterfall", "product-performance.top"]
    path = made(tab, report="revenue-overview", hide=chosen)
    hidden = {"sections": ["waterfall"], "csv": False, "money": True, "margin": True}
    assert entry_of(ben, path)["hide"] == hidden
    for page in (tab.open(path), tab.open("/admin/links")):
        assert "· Amounts indexed · Without From gross to total sales" in said(page)
    again = re.search(r'href="(/admin/links/new[^"]+)"', tab.open(path).text)
    assert again
    form = tab.open(html.unescape(again[1])).text
    assert re.findall(r'name="hide" value="([^"]+)" checked', form) == chosen[:2]
    preview = re.search(r'src="(/admin/reports/[^"]+,money\+section.waterfall/page)"', form)
    assert preview
    assert tab.open(preview[1]).status_code == 202
    anew = tab.send(f"{path}/extend").headers["location"]
    assert entry_of(ben, anew)["hide"] == hidden
    rows = made(tab, report="revenue-overview", hide="revenue-overview.daily")
    assert "· Without Day by day · Without CSV" in said(tab.open(rows))
    assert "Address of the CSV" not in tab.open(rows).text
    for odd in ("money,csv", "section.top", "orders", "money+", ""):
        path = f"/admin/reports/revenue-overview/30d,{odd}/page"
        assert tab.open(path).status_code == 404, odd


def test_margins_are_shown_where_that_is_chosen_and_changes_of_what_is_frozen(
    tab: Tab, ben: httpx.Client
) -> None:
    margins = "product-performance.with-margin"
    path = made(tab, report="product-performance", hide=margins)
    hidden = {"sections": [], "csv": False, "money": False, "margin": False}
    assert entry_of(ben, path)["hide"] == hidden
    assert "· With margins" in said(tab.open(path))
    again = re.search(r'href="(/admin/links/new[^"]+)"', tab.open(path).text)
    assert again
    form = tab.open(html.unescape(again[1])).text
    assert re.findall(r'name="hide" value="([^"]+)" checked', form) == [margins]
    preview = re.search(r'src="(/admin/reports/[^"]+,with-margin/page)"', form)
    assert preview
    assert tab.open(preview[1]).status_code == 202
    assert tab.open("/admin/reports/revenue-overview/30d,with-margin/page").status_code == 404
    anew = tab.send(f"{path}/extend").headers["location"]
    assert entry_of(ben, anew)["hide"] == hidden
    of_products = {**CHOICE, "report": "product-performance"}
    both = tab.send("/admin/links/new", **of_products, hide=["money", margins])
    assert (both.status_code, "Margins are amounts" in said(both)) == (422, True)
    live = tab.send("/admin/links/new", **CHOICE, changes="yes")
    assert (live.status_code, "Only frozen links can show" in said(live)) == (422, True)


def test_every_section_that_is_left_out_is_told_by_its_title(tab: Tab, ben: httpx.Client) -> None:
    for definition in registry.implemented():
        for section in definition.sections:
            body = {"hide": {"sections": [section.key]}}
            issued = ben.post(f"/api/admin/analytics/{definition.slug}/share", json=body)
            told = said(tab.open(f"/admin/links/{issued.headers['location'].rpartition('/')[2]}"))
            assert f"Without {section.title}" in told
            assert f"Without {section.key} " not in told


def test_sites_may_embed_it_by_a_frame_to_paste(tab: Tab, ben: httpx.Client) -> None:
    sites = ["https://intranet.example.com", "https://b.example:8443"]
    path = made(tab, embed=f" {sites[0]}  {sites[1]} ")
    assert entry_of(ben, path)["embed"] == sites
    page = tab.open(path)
    assert f'<iframe src="{address_on(page)}/embed"' in html.unescape(page.text)
    assert "· Embedded" in said(tab.open("/admin/links"))
    again = re.search(r'href="(/admin/links/new[^"]+)"', page.text)
    assert again
    assert f'value="{" ".join(sites)}"' in tab.open(html.unescape(again[1])).text
    anew = tab.send(f"{path}/extend").headers["location"]
    assert entry_of(ben, anew)["embed"] == sites
    for odd, status, why in (
        ({"embed": "intranet.example.com"}, 400, "without a path"),
        ({"embed": sites[0], "password": PASSWORD}, 422, "cannot be embedded"),
    ):
        refused = tab.send("/admin/links/new", **{**CHOICE, **odd})
        assert (refused.status_code, why in said(refused)) == (status, True)


@pytest.mark.parametrize("kind", ["", "x", "fixed", "password"])
def test_what_is_no_kind_of_link_makes_a_plain_one(tab: Tab, ben: httpx.Client, kind: str) -> None:
    assert entry_of(ben, made(tab, kind=kind))["kind"] == "fixed"


def test_days_of_the_calendar_that_move_are_refused_in_words(tab: Tab) -> None:
    days = {"period": "dates", "first": "2026-02-01", "last": "2026-02-28"}
    answer = tab.send("/admin/links/new", **{**CHOICE, **days, "kind": "live"})
    assert answer.status_code == 422
    assert "Chosen dates do not move" in said(answer)
    assert 'value="live" required checked' in answer.text


def test_a_frozen_link_is_made(
    tab: Tab, ben: httpx.Client, redis_client: Redis, ring: KeyRing
) -> None:
    claims = ring.verify(address_on(tab.open(made(tab))).rpartition("/")[2], now=now())
    make_ready(redis_client, claims)
    path = made(tab, kind="frozen")
    assert entry_of(ben, path)["kind"] == "frozen"
    assert "· Frozen" in said(tab.open("/admin/links"))


def test_a_password_is_set_changed_and_removed(
    tab: Tab, redis_client: Redis, ring: KeyRing
) -> None:
    path = made(tab, password=PASSWORD)
    page = tab.open(path)
    address = address_on(page)
    assert PASSWORD not in page.text
    assert "It asks for the password" in said(page)
    assert f'href="{path}#password-form"' in tab.open("/admin/links").text
    assert "· With a password" in said(tab.open("/admin/links"))
    first = stored_password(redis_client, ring, address)
    assert first is not None
    assert unlocking.matches(first, PASSWORD)
    assert tab.send(f"{path}/password", password=OTHER).headers["location"] == path
    second = stored_password(redis_client, ring, address)
    assert second is not None
    assert unlocking.matches(second, OTHER)
    refused = tab.send(f"{path}/password", password="short")
    assert (refused.status_code, "8 to 128 characters" in said(refused)) == (400, True)
    assert stored_password(redis_client, ring, address) == second
    tab.send(f"{path}/password", password=OTHER, remove="yes")
    assert stored_password(redis_client, ring, address) is None
    assert "With a password" not in said(tab.open("/admin/links"))
    tab.open(path)
    tab.send("/admin/links/revoke", share=path.rpartition("/")[2])
    assert tab.send(f"{path}/password", password=OTHER).headers["location"] == path
    assert stored_password(redis_client, ring, address) is None


def test_issued_again_a_link_with_a_password_has_one(tab: Tab, ben: httpx.Client) -> None:
    path = made(tab, password=PASSWORD)
    again = re.search(r'href="(/admin/links/new[^"]+)"', tab.open(path).text)
    assert again
    form = tab.open(html.unescape(again[1]))
    assert 'name="protected" value="yes"' in form.text
    refused = tab.send("/admin/links/new", **CHOICE, protected="yes", password="")
    assert (refused.status_code, "8 to 128 characters" in said(refused)) == (400, True)
    assert 'name="protected" value="yes"' in refused.text
    anew = made(tab, protected="yes", password=OTHER)
    assert entry_of(ben, anew)["protected"] is True
    wrong = tab.send("/admin/links/new", **{**CHOICE, "life": "x"}, password=OTHER)
    assert (wrong.status_code, OTHER in wrong.text) == (400, False)


def test_another_shops_link_has_no_password_to_set(tab: Tab, service: Service) -> None:
    path = made(tab, password=PASSWORD)
    with a_tab(service) as anna:
        anna.log_in("anna")
        anna.open("/admin/shops")
        anna.send("/admin/shops", tenant="berlin")
        anna.open("/admin/links/new")
        assert anna.send(f"{path}/password", remove="yes").status_code == 404
    assert "With a password" in said(tab.open(path))


def test_a_board_is_made_told_found_and_issued_again(tab: Tab, ben: httpx.Client) -> None:
    also = ["revenue-overview", "product-performance"]
    hide = ["product-performance.products"]
    path = made(tab, report="revenue-overview", also=also, hide=hide)
    entry = entry_of(ben, path)
    assert (entry["reportType"], entry["reports"]) == ("revenue-overview", also)
    assert entry["hide"] == {
        "sections": ["products"],
        "csv": False,
        "money": False,
        "margin": True,
    }
    assert "Revenue overview, Product performance" in said(tab.open(path))
    assert "A board with Revenue overview, Product performance" in said(tab.open("/admin/links"))
    again = re.search(r'href="(/admin/links/new\?[^"]*)"', tab.open(path).text)
    assert again is not None
    form = tab.open(html.unescape(again[1])).text
    assert 'name="also" value="product-performance" checked' in form
    assert 'name="hide" value="product-performance.products" checked' in form
    tabs = re.findall(
        r'<a href="([^"]+)" target="preview" data-report="([^"]+)"( hidden)?( aria-current)?', form
    )
    shown = {report: address for address, report, gone, _ in tabs if not gone}
    assert list(shown) == also
    assert shown["revenue-overview"].endswith("d/page")
    assert shown["product-performance"].endswith("d,csv+section.products/page")
    for address in shown.values():
        assert tab.open(address).status_code == 202
    assert [report for _, report, _, current in tabs if current] == ["revenue-overview"]
    other = tab.open("/admin/links/new?report=product-performance&also=revenue-overview").text
    shown_first = re.findall(r'target="preview" data-report="([^"]+)" ?(?!hidden)[^>]*>', other)
    assert shown_first[:2] == ["product-performance", "revenue-overview"], "as the link has them"
    assert "data-board hidden>" in tab.open("/admin/links/new?also=nothing").text
    assert tab.send(f"{path}/extend").status_code == 303
    for wanted in ("", "?report=product-performance"):
        assert f",{' '.join(also)}\r\n" in tab.open(f"/admin/links/csv{wanted}").text
    reports = [each["reports"] for each in ben.get(SHARES).json()["items"]]
    assert reports == [also, also]
