"""Links in the console: made, shown, found and revoked, by forms alone."""

import html
import re
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from urllib.parse import quote, quote_plus, urlencode
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.share_api.conftest import Service, World
from tests.integration.share_api.console.conftest import Tab, a_tab, said

from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.instants import now
from common.links.token import KeyRing
from common.reports import registry

ADDRESS = re.compile(r'id="address" readonly value="([^"]+)"')
ROW = re.compile(r'<th scope="row"><a href="/admin/links/([0-9a-f-]{36})"')
CHOICE = {"report": "revenue-overview", "period": "30d", "life": "604800"}


def a_share(tenant_id: int, number: int) -> Share:
    """A link that opens: of several at the same instants, of others that nobody has looked at."""
    moment = now().replace(microsecond=0)
    reports = ("revenue-overview", "sales-velocity")
    viewed = moment - timedelta(minutes=number % 7) if number % 3 else None
    return Share(
        tenant_id=tenant_id,
        id=uuid4(),
        link_id=uuid4(),
        report=reports[number % 2],
        period="7d",
        window_from=moment - timedelta(days=7),
        window_to=moment,
        key_id="k",
        issued_at=moment - timedelta(hours=number // 4),
        expires_at=moment + timedelta(days=1 + number * 7 % 5),
        last_viewed_at=viewed,
        views=number,
        creator="test",
    )


TERM = re.compile(r"<div><dt>([^<]+)</dt><dd>(\d+)</dd></div>")


def made(tab: Tab, **choice: str | list[str]) -> str:
    """Make a link; the path of its page."""
    answer = tab.send("/admin/links/new", **{**CHOICE, **choice})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def address_on(answer: httpx.Response) -> str:
    """The address that a page shows."""
    found = ADDRESS.search(answer.text)
    assert found, said(answer)
    return html.unescape(found[1])


def test_a_link_is_made_in_two_steps_and_its_address_is_there(
    tab: Tab, ring: KeyRing, world: World
) -> None:
    form = tab.open("/admin/links/new")
    assert "Share a report" in said(form)
    assert 'value="30d" required checked' in form.text
    page = tab.open(made(tab))
    address = address_on(page)
    claims = ring.verify(address.rpartition("/")[2], now=now())
    assert (claims.report, claims.tenant_id) == ("revenue-overview", world.tokyo)
    assert abs(claims.expires_at - now() - timedelta(days=7)) < timedelta(minutes=5)
    assert f'value="{address}/csv"' in page.text
    assert "<svg" in page.text
    assert "QR code of the link" in page.text
    assert quote(address, safe="/") in page.text


def test_the_address_is_told_again_to_the_letter_and_that_is_written_down(
    tab: Tab, service: Service, world: World
) -> None:
    path = made(tab)
    first = address_on(tab.open(path))
    with a_tab(service) as anna:
        anna.log_in("anna")
        anna.open("/admin/shops")
        anna.send("/admin/shops", tenant="tokyo")
        page = anna.open(path)
        assert "Show the address" in said(page)
        assert first not in page.text
        assert address_on(anna.send(f"{path}/address")) == first
        activity = said(anna.open("/admin/activity"))
        assert "Link address shown Revenue overview anna@example.com" in activity
    api = tab.client.post(f"/api/admin/analytics/shares/{path.rpartition('/')[2]}/address")
    assert api.json() == {"url": first, "csvUrl": f"{first}/csv"}


def test_a_link_that_has_ended_has_no_address(tab: Tab) -> None:
    path = made(tab)
    tab.send("/admin/links/revoke", share=path.rpartition("/")[2])
    assert "This link no longer opens." in said(tab.open(path))
    answer = tab.send(f"{path}/address")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    api = tab.client.post(f"/api/admin/analytics/shares/{path.rpartition('/')[2]}/address")
    assert (api.status_code, api.json()["type"]) == (409, "urn:analytics:problem:link-over")


def test_chosen_links_are_revoked_after_a_page_that_says_what_stops(tab: Tab, world: World) -> None:
    paths = [made(tab, report=report) for report in ("revenue-overview", "sales-velocity")]
    kept = made(tab, report="product-performance")
    ids = [path.rpartition("/")[2] for path in paths]
    page = tab.open("/admin/links/revoke", params={"share": ids})
    assert "2 links stop opening at once and for good" in said(page)
    assert "Revenue overview" in said(page)
    answer = tab.send("/admin/links/revoke", share=ids)
    assert answer.headers["location"] == "/admin/links?done=revoked"
    assert "The links no longer open." in said(tab.open(answer.headers["location"]))
    with transaction(world.engine, Access(tenant_id=world.tokyo)) as session:
        shares = {str(each.id): each for each in session.query(Share)}
    assert {each for each, share in shares.items() if share.revoked_at} == set(ids)
    assert "Live 1" in said(tab.open("/admin/links"))
    assert tab.open(kept).status_code == 200


def test_two_admins_who_revoke_at_once_are_both_told_calmly(tab: Tab, service: Service) -> None:
    share = made(tab).rpartition("/")[2]
    with a_tab(service) as anna:
        anna.log_in("anna")
        anna.open("/admin/shops")
        anna.send("/admin/shops", tenant="tokyo")
        for each in (tab, anna):
            each.open("/admin/links/revoke", params={"share": share})
        for each in (tab, anna):
            answer = each.send("/admin/links/revoke", share=share)
            assert answer.headers["location"] == "/admin/links?done=revoked-one"
        page = said(anna.open("/admin/links/revoke", params={"share": share}))
        assert "has already ended" in page


def test_every_link_is_revoked_and_sharing_turned_off_and_on(tab: Tab) -> None:
    made(tab)
    assert "1 link stops opening" in said(tab.open("/admin/links/revoke-all"))
    tab.send("/admin/links/revoke-all")
    assert "Live 0" in said(tab.open("/admin/links"))
    made(tab)
    assert "1 link is open now." in said(tab.open("/admin/links/sharing"))
    tab.send("/admin/links/sharing", enabled="no")
    assert "Sharing is off" in said(tab.open("/admin"))
    refused = tab.send("/admin/links/new", **CHOICE)
    assert refused.status_code == 409
    assert "Sharing is turned off" in said(refused)
    tab.send("/admin/links/sharing", enabled="yes")
    made(tab)


@pytest.mark.parametrize(
    "choice",
    [
        {"report": "customer-insights"},
        {"report": "../../x"},
        {"period": "31d"},
        {"period": "dates"},
        {"period": "dates", "first": "2026-02-30", "last": "2026-03-01"},
        {"period": "dates", "first": "2026-03-02", "last": "2026-03-01"},
        {"period": "dates", "first": "2026-03-01", "last": "9999-12-31"},
        {"life": "0"},
        {"life": "-5"},
        {"life": "999999999999"},
        {"life": "1e3"},
        {"life": "٣"},
        {"report": ""},
    ],
)
def test_a_choice_that_is_none_is_told_and_makes_nothing(tab: Tab, choice: dict[str, str]) -> None:
    answer = tab.send("/admin/links/new", **{**CHOICE, **choice})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "No links are open now" in said(tab.open("/admin/links"))


def test_a_link_to_days_of_the_calendar_is_issued_again_for_the_same_days(tab: Tab) -> None:
    days = {"period": "dates", "first": "2026-02-01", "last": "2026-02-28"}
    page = tab.open(made(tab, **days))
    assert "1–28 Feb 2026" in said(page)
    again = re.search(r'href="(/admin/links/new[^"]+)"', page.text)
    assert again
    form = tab.open(html.unescape(again[1])).text
    assert 'value="dates" required checked' in form
    assert 'name="first" value="2026-02-01"' in form
    assert 'name="last" value="2026-02-28"' in form


def test_the_table_is_filtered_searched_and_paged(tab: Tab) -> None:
    for _ in range(26):
        made(tab, report="sales-velocity", life="86400")
    made(tab)
    first = tab.open("/admin/links")
    assert first.text.count('name="share"') == 25
    older = re.search(r'href="(/admin/links\?[^"]*cursor=[^"]+)"', first.text)
    assert older
    second = tab.open(html.unescape(older[1]))
    assert second.text.count('name="share"') == 2
    found = tab.open("/admin/links", params={"find": "REVENUE"})
    assert found.text.count('name="share"') == 1
    assert tab.open("/admin/links", params={"find": "ben@"}).text.count('name="share"') == 25
    for nothing in ("100%", "_", "' OR 1=1", "<script>alert(1)</script>", "\0"):
        page = tab.open("/admin/links", params={"find": nothing, "show": "all"})
        assert page.status_code == 200
        assert "<script>alert" not in page.text
    for odd in ({"show": "x"}, {"cursor": "x"}, {"find": "x" * 5000}, {"done": "<b>"}):
        assert tab.open("/admin/links", params=odd).status_code == 200


def test_a_link_of_nobody_is_a_page_that_says_so(tab: Tab) -> None:
    for odd in (str(UUID(int=1)), "x", "..%2f..", "A" * 300):
        answer = tab.open(f"/admin/links/{odd}")
        assert answer.status_code == 404
        said(answer)
    assert tab.send(f"/admin/links/{UUID(int=1)}/address").status_code == 404
    assert tab.send("/admin/links/revoke", share=str(UUID(int=1))).status_code == 404


def test_a_form_of_no_page_of_the_session_makes_and_ends_nothing(tab: Tab) -> None:
    path = made(tab)
    share = path.rpartition("/")[2]
    for address, fields in (
        ("/admin/links/new", CHOICE),
        ("/admin/links/revoke", {"share": share}),
        ("/admin/links/revoke-all", {}),
        ("/admin/links/sharing", {"enabled": "no"}),
        (f"{path}/address", {}),
    ):
        answer = tab.client.post(address, data={**fields, "csrf": "0" * 64})
        assert answer.status_code == 403, address
        assert tab.client.post(address, data=fields).status_code == 403
    assert "Live 1" in said(tab.open("/admin/links"))


@pytest.mark.parametrize("order", ["newest", "ending", "viewed"])
def test_the_table_is_in_the_order_that_is_asked_for_over_all_pages(
    tab: Tab, world: World, order: str
) -> None:
    with transaction(world.engine, Access(tenant_id=world.tokyo)) as session:
        for number in range(60):
            session.add(a_share(world.tokyo, number))
    with transaction(world.engine, Access(tenant_id=world.tokyo)) as session:
        shares = {each.id: each for each in session.query(Share)}
    never = datetime(1970, 1, 1, tzinfo=UTC)
    keys = {
        "newest": lambda each: (each.issued_at, each.id),
        "ending": lambda each: (each.expires_at, each.id),
        "viewed": lambda each: (each.last_viewed_at or never, each.id),
    }
    wanted = [each for each in shares.values() if each.report == "sales-velocity"]
    wanted.sort(key=keys[order], reverse=order != "ending")
    page = tab.open(
        "/admin/links", params={"show": "all", "report": "sales-velocity", "order": order}
    )
    found = ROW.findall(page.text)
    while way := re.search(r'href="([^"]+cursor=[^"]+)"', page.text):
        page = tab.open(html.unescape(way[1]))
        found += ROW.findall(page.text)
    assert found == [str(each.id) for each in wanted]
    lines = tab.client.get(
        "/admin/links/csv", params={"show": "all", "report": "sales-velocity"}
    ).text
    assert len(lines.splitlines()) == len(wanted) + 1


def test_a_link_of_a_report_type_that_is_gone_is_still_listed_and_revoked(
    tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tab, period="7d")
    for registered in ("REPORTS", "_FOUND"):
        every = getattr(registry, registered)
        kept = {slug: each for slug, each in every.items() if slug != "revenue-overview"}
        monkeypatch.setattr(registry, registered, MappingProxyType(kept))
    for shown in ("/admin/links", path, "/admin"):
        assert tab.open(shown).status_code == 200, shown


def test_words_agree_with_how_many_links_there_are(tab: Tab) -> None:
    only = made(tab).rpartition("/")[2]
    assert "1 link open now" in " ".join(reversed(TERM.findall(tab.open("/admin").text)[0]))
    page = tab.open("/admin/links/revoke", params={"share": [only]})
    assert "Revoke this link?" in said(page)
    done = tab.send("/admin/links/revoke", share=only)
    assert "The link no longer opens." in said(tab.open(done.headers["location"]))
    german = {"Accept-Language": "de"}
    made(tab)
    found = TERM.findall(tab.open("/admin", headers=german).text)
    assert ("offener Link", "1") in found
    made(tab)
    found = TERM.findall(tab.open("/admin", headers=german).text)
    assert ("offene Links", "2") in found


def test_a_board_is_headed_by_its_reports_and_only_a_new_link_is_called_ready(tab: Tab) -> None:
    path = made(tab, also=["sales-velocity"])
    page = tab.open(path)
    assert "<h1>Revenue overview, Sales velocity</h1>" in page.text
    assert "The link is ready" in said(page)
    again = said(tab.send(f"{path}/address"))
    assert "The link is ready" not in again
    assert "Address of the link" in again


@pytest.mark.parametrize(
    ("field", "value", "marked"),
    [
        ("embed", "no site", {"embed"}),
        ("password", "short", {"password"}),
        ("label", "Board", set()),
    ],
)
def test_the_field_that_is_wrong_is_marked(
    tab: Tab, field: str, value: str, marked: set[str]
) -> None:
    wrong = {} if marked else {"period": "eternity"}
    answer = tab.send("/admin/links/new", **{**CHOICE, field: value, **wrong})
    assert answer.status_code == 400
    fields = re.findall(r'<input [^>]*name="(\w+)"[^>]* aria-invalid="true"', answer.text)
    assert set(fields) == marked
    described = re.findall(r'aria-invalid="true" aria-describedby="problem \w+-rule"', answer.text)
    assert len(described) == len(marked)
    assert 'id="problem"' in answer.text


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("find", ["agency", "co. ~", "\U0001f600" * 90], ids=["word", "~", "long"])
def test_who_revokes_comes_back_to_the_table_as_it_was(tab: Tab, many: bool, find: str) -> None:
    for label in ("Bank", f"Agency & Co. ~ {chr(0x1F600) * 90}"):
        made(tab, label=label)
    shown = tab.open("/admin/links", params={"show": "all", "find": find, "order": "ending"})
    here = f"/admin/links?show=all&find={quote_plus(find)}&order=ending"
    (share,) = ROW.findall(shown.text)
    if many:
        assert f'name="back" value="{html.escape(here)}"' in shown.text
        path = f"/admin/links/revoke?{urlencode({'share': share, 'back': here})}"
    else:
        path = html.unescape(re.findall(r'href="(/admin/links/revoke\?[^"]+)"', shown.text)[0])
    asked = tab.open(path)
    assert f'href="{html.escape(here)}"' in asked.text
    done = tab.send("/admin/links/revoke", share=share, back=here)
    assert done.headers["location"] == f"{here}&done=revoked-one"
    assert "The link no longer opens." in said(tab.open(done.headers["location"]))


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil", "/admin/team", "", "/admin/links?x=\r\n"]
)
def test_who_revokes_comes_back_to_no_other_place(tab: Tab, back: str) -> None:
    share = made(tab).rpartition("/")[2]
    asked = tab.open("/admin/links/revoke", params={"share": share, "back": back})
    assert '<a class="button ghost" href="/admin/links">' in asked.text
    done = tab.send("/admin/links/revoke", share=share, back=back)
    assert done.headers["location"] == "/admin/links?done=revoked-one"
