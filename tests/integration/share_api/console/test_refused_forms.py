"""Forms that are refused: they give back what was typed, and say of a secret that they do not."""

import html
import re
from typing import Any

import httpx
import pytest
from tests.integration.share_api.console.conftest import Tab, said
from tests.integration.share_api.console.test_links import CHOICE

from share_api.imports.upload import MOST_UNFINISHED

PASSWORD = "correct horse battery"
OPTIONS = re.compile(r'<details class="more"( open)?>\s*<summary>More options')

REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("/admin/settings", "/admin/settings/shop", {"name": "Laden <b>", "timezone": "Berlin"}),
    ("/admin/settings", "/admin/settings/shop", {"name": "", "timezone": "Berlin"}),
    ("/admin/settings", "/admin/settings/sharing", {"days": "1e9"}),
    ("/admin/settings", "/admin/settings/sharing", {"days": "99999"}),
    ("/admin/team", "/admin/team/invitations", {"email": "no <address>", "role": "viewer"}),
    ("/admin/connections", "/admin/connections", {"platform": "ebay", "name": "Laden <b>"}),
    ("/admin/keys", "/admin/keys", {"name": "Laden <b>", "days": "30"}),
    ("/admin/settings/brand", "/admin/settings/brand", {"name": "Laden <b>", "accent": "blue"}),
    ("/admin/links/new", "/admin/links/new", {**CHOICE, "embed": "<b>", "label": "Laden <b>"}),
    ("/admin/links/new", "/admin/links/templates", {**CHOICE, "template": "x" * 81}),
]
TYPED = frozenset({"name", "timezone", "days", "email", "accent", "embed", "label", "template"})


def value_of(answer: httpx.Response, action: str, name: str) -> str:
    """What a field of the form to ``action`` is filled in with."""
    form = next(
        each
        for each in re.findall(r"<form.*?</form>", answer.text, re.DOTALL)
        if f'action="{action}"' in each and 'type="hidden" name="sure"' not in each
    )
    chosen = re.search(rf'<select[^>]* name="{name}".*?</select>', form, re.DOTALL)
    field = chosen[0] if chosen else next(re.finditer(rf'<input[^>]* name="{name}"[^>]*>', form))[0]
    marked = r'value="([^"]*)" selected' if chosen else r' value="([^"]*)"'
    found = re.search(marked, field)
    return html.unescape(found[1]) if found else ""


@pytest.mark.parametrize(("page", "action", "fields"), REFUSED)
def test_a_refused_form_gives_back_what_was_typed(
    tab: Tab, page: str, action: str, fields: dict[str, Any]
) -> None:
    tab.open(page)
    answer = tab.send(action, **fields)
    assert (answer.status_code >= 400, 'role="alert"' in answer.text) == (True, True)
    shown = page if page == "/admin/links/new" else action
    given = {name: value_of(answer, shown, name) for name in fields if name in TYPED}
    assert given == {name: value for name, value in fields.items() if name in TYPED}


def test_what_is_asked_about_is_in_the_form_as_well(tab: Tab) -> None:
    wanted = {"name": "", "timezone": "Europe/Lisbon"}
    asked = tab.send("/admin/settings/shop", **wanted)
    assert "Change the time zone to Europe/Lisbon?" in said(asked)
    assert {each: value_of(asked, "/admin/settings/shop", each) for each in wanted} == wanted


@pytest.mark.parametrize(
    "odd",
    [
        {"period": "dates", "first": "2030-01-01", "last": "2030-01-02"},
        {"embed": "no site"},
        {"embed": "https://www.example.com"},
        {"life": "x"},
    ],
)
def test_a_links_password_is_asked_for_again_and_never_lost(
    tab: Tab, ben: httpx.Client, odd: dict[str, str]
) -> None:
    refused = tab.send("/admin/links/new", **{**CHOICE, **odd, "password": PASSWORD})
    assert refused.status_code >= 400
    assert PASSWORD not in refused.text
    assert "Type the password again: it is not kept." in said(refused)
    assert OPTIONS.findall(refused.text) == [" open"]
    field = re.search(r'<input[^>]* name="password"[^>]*>', refused.text)
    assert field
    assert " required" in field[0]
    kept = {"protected": "yes"} if 'name="protected" value="yes"' in refused.text else {}
    again = tab.send("/admin/links/new", **CHOICE, password="", **kept)
    assert (again.status_code, "8 to 128 characters" in said(again)) == (400, True)
    assert ben.get("/api/admin/analytics/shares").json()["items"] == []


def test_who_asks_whether_a_template_is_replaced_asks_for_the_password_again(tab: Tab) -> None:
    wanted = {**CHOICE, "template": "Month", "password": PASSWORD}
    assert tab.send("/admin/links/templates", **wanted).status_code == 303
    asked = tab.send("/admin/links/templates", **wanted)
    assert "Replace it?" in said(asked)
    assert 'name="protected" value="yes"' in asked.text


def test_a_link_loses_its_password_where_that_is_said(tab: Tab, ben: httpx.Client) -> None:
    form = tab.open("/admin/links/new", params={"protected": "yes"})
    assert 'name="unprotected" value="yes" formnovalidate' in form.text
    assert 'name="unprotected"' not in tab.open("/admin/links/new").text
    made = tab.send(
        "/admin/links/new", **CHOICE, protected="yes", password=PASSWORD, unprotected="yes"
    )
    assert made.status_code == 303
    shares = ben.get("/api/admin/analytics/shares").json()["items"]
    assert [each["protected"] for each in shares] == [False]


def test_a_connections_secret_is_asked_for_again_and_none_is_made_up(tab: Tab) -> None:
    page = "/admin/connections"
    tab.open(page)
    refused = tab.send(page, platform="shopify", name="", secret="s" * 20)
    assert (refused.status_code, "s" * 20 in refused.text) == (400, False)
    assert "Type the secret again: it is not kept." in said(refused)
    assert 'name="given" value="yes"' in refused.text
    again = tab.send(page, platform="shopify", name="Laden", secret="", given="yes")
    assert again.status_code == 400
    assert "The secret must have 16 to 255" in said(again)
    assert "No platform is connected" in said(tab.open(page))


def test_refused_files_are_to_be_chosen_again(tab: Tab) -> None:
    tab.open("/admin/data")
    sent, none = ("orders.csv", b"order_id\n"), ("", b"")
    again = "Choose the files again: browsers do not keep them."
    answers = [
        tab.client.post("/admin/data", data={"csrf": tab.csrf}, files={"orders": each})
        for each in (none, *[sent] * (MOST_UNFINISHED + 1))
    ]
    assert (answers[0].status_code, again in said(answers[0])) == (400, False)
    assert (answers[-1].status_code, again in said(answers[-1])) == (429, True)
