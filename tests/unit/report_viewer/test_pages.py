"""The pages as markup: what they say, and what they never contain."""

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from tests.unit.report_viewer.samples import HOSTILE, Sample, document, window

from common.reports.document import Document, Table
from common.reports.registry import implemented
from common.reports.window import Period
from report_viewer.answers import Security
from report_viewer.assets import Assets
from report_viewer.errors import ComputationFailedError, NotReadyError, SigningNotConfiguredError
from report_viewer.pages import Pages, definitions
from report_viewer.problems import problem_of

REPORTS = [each.slug for each in implemented()]
PAGES = Pages(Assets(Security(https=False)))
EXPIRES = datetime(2026, 5, 8, 10, tzinfo=UTC)


class Markup(HTMLParser):
    """Tags with their attributes, the text outside of scripts, and what scripts contain."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)
        else:
            self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(made: Document) -> str:
    return PAGES.report(made, token="TOKEN", expires_at=EXPIRES).decode()


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("period", Period)
def test_nothing_runs_inline_and_nothing_comes_from_elsewhere(report: str, period: Period) -> None:
    html = page(document(report, window(period)))
    markup = Markup(html)
    assert not re.search(r"\son\w+=|\sstyle=|<style", html)
    for script in markup.named("script"):
        assert script.get("type") == "application/json" or script["src"]
    for tag, attributes in markup.tags:
        for name in ("src", "href"):
            address = attributes.get(name) or "/"
            assert address.startswith(("/static/", "/api/reports/TOKEN/csv", "#", "/")), tag
            assert not address.startswith("//")
    assert "NaN" not in html
    assert "None" not in markup.text


def test_it_says_what_it_shows() -> None:
    text = Markup(page(document("revenue-overview"))).text
    for said in (
        "Nordlicht & Söhne",
        "Revenue overview",
        "1 – 30 Apr 2026",
        "2 – 31 Mar 2026",
        "EUR",
        "Europe/Berlin",
        "1 May 2026, 06:00 CEST",
        "8 May 2026, 12:00 CEST",
        "Download CSV",
    ):
        assert said in text


@pytest.mark.parametrize("report", REPORTS)
def test_every_table_and_chart_is_a_table_in_the_page(report: str) -> None:
    made = document(report)
    markup = Markup(page(made))
    assert len(markup.named("table")) == len(made.sections)
    assert len(markup.named("canvas")) == sum(not isinstance(s, Table) for s in made.sections)
    for label, definition in definitions(made).items():
        assert label in markup.text
        assert definition in markup.text
    json.loads(markup.scripts[-1])


def test_hostile_texts_stay_texts() -> None:
    html = page(document("product-performance", title=HOSTILE, tenant_name=HOSTILE))
    markup = Markup(html)
    assert len(markup.named("script")) == 3
    assert not markup.named("img")
    assert HOSTILE in markup.text


def test_an_empty_window_is_said_kindly() -> None:
    for report in REPORTS:
        html = page(document(report, empty=True))
        assert "No sales in these days." in html
        assert "<canvas" not in html
        assert "NaN" not in html


def test_a_yen_shop_has_no_decimals() -> None:
    over = window(Period.WEEK, "Asia/Tokyo")
    made = document("revenue-overview", over, currency="JPY", zone=ZoneInfo("Asia/Tokyo"))
    value = made.kpis[0].value
    assert value is not None
    assert f">{value:,}</p>" in page(made)


def test_changes_are_told_by_arrow_and_words() -> None:
    text = Markup(page(document("revenue-overview"))).text
    assert re.search(r"▲ Up \d+\.\d\d% \(better\)", re.sub(r"\s+", " ", text))
    assert re.search(r"▼ Down \d+\.\d\d% \(worse\)", re.sub(r"\s+", " ", text))


def test_the_same_report_is_the_same_bytes() -> None:
    assert page(document("sales-velocity")) == page(document("sales-velocity"))
    assert Sample().key.report in {each.slug for each in implemented()}


def test_pages_that_wait_reload_themselves_and_others_do_not() -> None:
    waiting = PAGES.problem(problem_of(NotReadyError())).decode()
    failed = PAGES.problem(problem_of(ComputationFailedError())).decode()
    unset = PAGES.problem(problem_of(SigningNotConfiguredError())).decode()
    assert '<meta http-equiv="refresh" content="3">' in waiting
    assert '<meta http-equiv="refresh" content="15">' in failed
    assert "http-equiv" not in unset
    assert "ANALYTICS_SHARE_SIGNING_SECRET" in unset
    assert "being prepared" in waiting
    assert "being prepared" not in failed
