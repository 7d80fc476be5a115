"""The activity in the console: filtered, a page at a time, and as CSV."""

import csv
import html
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.integration.share_api.conftest import World
from tests.integration.share_api.console.conftest import Tab, said

from common.db.audit import Action, Author, record
from common.db.tenancy import TenantDb

LONG_AGO = datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
"""Half past eleven at night in Tokyo."""
ROWS = re.compile(r'<tr><th scope="row">([^<]+)')
NEXT = re.compile(r'href="([^"]+cursor=[^"]+)"')


@pytest.fixture
def log(world: World) -> None:
    """120 deeds of two people, a minute apart, around midnight."""
    with TenantDb(world.engine, world.tokyo).transaction() as session:
        for number in range(120):
            action = Action.LINK_ISSUED if number % 3 else Action.LINK_REVOKED
            author = Author("=cmd()" if number % 2 else "ben@example.com")
            at = LONG_AGO + timedelta(minutes=number)
            record(session, world.tokyo, action, author, at=at, report="sales-velocity")


def pages(tab: Tab, **query: str) -> list[str]:
    """What was done, over all pages."""
    answer = tab.open("/admin/activity", params=query)
    found = ROWS.findall(answer.text)
    while way := NEXT.search(answer.text):
        answer = tab.open(html.unescape(way[1]))
        found += ROWS.findall(answer.text)
    return found


def rows(tab: Tab, **query: str) -> list[dict[str, Any]]:
    answer = tab.client.get("/admin/activity/csv", params=query)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="activity.csv"'
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_filter_holds_over_all_pages_and_for_the_csv(tab: Tab, log: None) -> None:
    days = {"first": "2026-03-01", "last": "2026-03-02"}
    assert len(pages(tab, **days)) == len(rows(tab, **days)) == 120
    ours = {**days, "who": "ben@example.com", "what": "link.revoked"}
    assert pages(tab, **ours) == ["Link revoked"] * 20
    found = rows(tab, **ours)
    assert {(each["action"], each["actor"]) for each in found} == {
        ("link.revoked", "ben@example.com")
    }
    assert [each["at"] for each in found] == sorted((each["at"] for each in found), reverse=True)
    assert found[0]["details"] == '{"report": "sales-velocity"}'


def test_days_are_those_of_the_shop(tab: Tab, log: None) -> None:
    assert len(rows(tab, first="2026-03-01", last="2026-03-01")) == 30
    assert len(rows(tab, first="2026-03-02", last="2026-03-02")) == 90
    assert rows(tab, last="2026-02-28") == []
    assert "No activity matches that." in said(tab.open("/admin/activity?last=2026-02-28"))


def test_a_name_is_no_formula(tab: Tab, log: None) -> None:
    assert {each["actor"] for each in rows(tab, who="=cmd()")} == {"'=cmd()"}


def test_what_cannot_be_read_chooses_nothing(tab: Tab, log: None) -> None:
    every = len(rows(tab))
    for wrong in ({"what": "no.such"}, {"first": "2026-02-30"}, {"last": "9999-12-31"}):
        assert len(rows(tab, **wrong)) == every
    assert rows(tab, who="\0nobody") == []
    assert tab.open("/admin/activity", params={"cursor": "x"}).status_code == 200
