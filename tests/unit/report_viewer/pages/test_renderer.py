"""The pages as markup: what they say, and what they never contain."""

import gzip
import json
import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from markupsafe import escape
from msgspec.structs import replace
from tests.support.samples import HOSTILE, NOW, Sample, document, finished, window
from tests.unit.common.reports.test_kept_documents import FILES as KEPT_DOCUMENTS

from common.i18n.locales import LOCALES
from common.i18n.report_words import formatter_of
from common.links.token import ExpiredLinkError
from common.reports import registry
from common.reports.document.metrics import Unit
from common.reports.document.schema import BarChart, Document, LineChart, Pareto, Waterfall
from common.reports.document.tables import Table
from common.reports.registry import implemented
from common.reports.window import Dates, Period, window_of
from common.reports_cache.report_fields import unpack_document
from report_pages.formatting import DocumentFormatter
from report_pages.report import definitions
from report_pages.sections.table.view import VIEW
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.pages.assets import Assets
from report_viewer.pages.renderer import PageRenderer
from report_viewer.problems.catalog import problem_of
from report_viewer.problems.errors import (
    ComputationFailedError,
    NotReadyError,
    SigningNotConfiguredError,
)

REPORTS = [each.slug for each in implemented()]
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


@cache
def pages() -> PageRenderer:
    return PageRenderer(Assets(SecurityHeaders(https=False)))


def page(made: Document) -> str:
    return pages().report(made, token="TOKEN", expires_at=EXPIRES).decode()


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
            assert address.startswith(("/static/", "/api/reports/TOKEN/", "#", "/")), tag
            assert not address.startswith("//")
    assert "NaN" not in html
    assert "None" not in markup.text


def test_it_says_what_it_shows() -> None:
    text = Markup(page(document("revenue-overview"))).text
    for said in (
        "Nordlicht & Söhne",
        "Revenue overview",
        "1–30 Apr 2026",
        "25 Feb – 26 Mar 2026",
        "same weekdays",
        "30 days",
        "EUR",
        "Europe/Berlin",
        "1 May 2026, 06:00 CEST",
        "8 May 2026, 12:00 CEST",
        "compared with 25 Feb\u2009–\u200926 Mar",
        "30 Apr 2026",
        "CSV",
    ):
        assert said in text


def test_last_year_stands_in_the_tiles_where_it_is_known() -> None:
    made = document("revenue-overview")
    assert "Last year" not in Markup(page(made)).text
    first, *others = made.kpis
    known = replace(
        made, kpis=(replace(first, last_year=123_456), *others), last_year_days=made.previous_days
    )
    html = page(known)
    assert Markup(html).text.count("Last year: €1,235") == 1
    assert 'title="€1,234.56"' in html, "exact in its title"


@pytest.mark.parametrize("report", REPORTS)
def test_every_chart_has_a_table_and_is_summed_up(report: str) -> None:
    made = document(report)
    html = page(made)
    markup = Markup(html)
    tables = {a.get("data-table") or a.get("data-steps") for a in markup.named("table")}
    assert {section.key for section in made.sections} <= tables
    assert len(markup.named("canvas")) == sum(
        isinstance(s, LineChart | BarChart) for s in made.sections
    )
    for section in made.sections:
        if not isinstance(section, Table | Waterfall):
            assert re.search(rf'id="{section.key}-gist">[^<]{{20,}}<', html), section.key
    for label, definition in definitions(made).items():
        assert label in markup.text
        assert definition in markup.text
    json.loads(markup.scripts[-1])


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("period", Period)
def test_a_page_is_small(report: str, period: Period) -> None:
    """A realistic shop: amounts of seven digits, titles of fifty letters, two years of products."""
    made = document(
        report, window(period), count=3_000, tenant_name="A shop with a long name " * 3, scale=9_000
    )
    assert len(gzip.compress(page(made).encode(), 6)) <= 40 * 1024


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("days", [120, 121, 366])
def test_a_page_of_a_year_is_small(report: str, days: int) -> None:
    last = date(2026, 4, 30)
    year = window_of(
        Dates(last - timedelta(days=days - 1), last), ZoneInfo("Europe/Berlin"), now=NOW
    )
    made = document(report, year, count=3_000, tenant_name="A shop with a long name", scale=9_000)
    assert len(gzip.compress(page(made).encode(), 6)) <= 40 * 1024


def test_the_landmarks_and_headings_are_in_order() -> None:
    markup = Markup(page(document("product-performance")))
    for landmark in ("header", "main", "footer"):
        assert len(markup.named(landmark)) == 1
    levels = [int(tag[1]) for tag, _ in markup.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    first = next(a for tag, a in markup.tags if tag in {"a", "button", "summary"})
    assert first["class"] == "skip"
    assert first["href"] == "#figures"
    assert any(a.get("id") == "figures" for a in markup.named("main"))


def test_ids_are_unique() -> None:
    for report in REPORTS:
        ids = [a["id"] for _, a in Markup(page(document(report))).tags if "id" in a]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("report", REPORTS)
def test_the_document_has_the_numbers_of_the_csv(report: str) -> None:
    made = finished(report, window(Period.QUARTER))
    header = [column.key for column in registry.find(report).columns]
    rows = [dict(zip(header, row, strict=True)) for row in made.rows]
    compared = 0
    of_rows = (each for each in made.document.sections if each.key != "categories")
    for section in of_rows:
        match section:
            case Table():
                keys = [column.key for column in section.columns]
                told = {tuple(row[key] for key in keys) for row in rows}
                assert set(section.rows) <= told
                compared += len(section.rows)
            case LineChart() if "date" not in header:
                pass
            case LineChart() | Pareto():
                for series in section.series:
                    if series.key in header:
                        column = [row[series.key] for row in rows[: len(section.labels)]]
                        assert list(series.values) == column
                        compared += 1
            case Waterfall():
                for step in section.steps:
                    value = sum(int(row[step.key] or 0) for row in rows)
                    assert step.value == (-value if step.reduction else value)
                    compared += 1
            case BarChart():
                pass
    assert compared >= 10


def test_a_cell_is_spelled_from_the_number_of_the_csv() -> None:
    report = finished("product-performance")
    table = next(s for s in report.document.sections if isinstance(s, Table))
    header = [column.key for column in registry.find("product-performance").columns]
    (first, *_) = (dict(zip(header, row, strict=True)) for row in report.rows)
    html = page(report.document).partition(f'data-table="{table.key}"')[2]
    html = html.partition("<tbody>")[2].strip().partition("\n<tr>")[0]
    cells = re.findall(r'class="all"(?: data-value="(-?\d+)")?[^>]*>([^<]*)', html)
    names = {c.key for c in VIEW.metrics(table)}
    numbers = [c for c in table.columns if c.key in names and c.unit not in {Unit.TEXT, Unit.DATE}]
    figures = DocumentFormatter(report.document, formatter_of(LOCALES["en"]))
    assert len(cells) == len(numbers)
    for column, (value, text) in zip(numbers, cells, strict=True):
        known = int(value) if value else None
        assert known == first[column.key]
        assert text == figures.cell(known, column.unit)


@pytest.mark.parametrize(
    "name",
    [
        HOSTILE,
        "\u202e\u2066gnp.exe",
        "=cmd|' /C calc'!A0",
        "👩🏽‍🚀" * 200,
        "W" * 3_000,
        " ",
        "\x00\x1f",
    ],
)
@pytest.mark.parametrize("report", REPORTS)
def test_hostile_texts_stay_texts(report: str, name: str) -> None:
    html = page(document(report, title=name, tenant_name=name))
    plain = Markup(page(document(report, title="Lamp", tenant_name="Shop")))
    markup = Markup(html)
    assert [tag for tag, _ in markup.tags] == [tag for tag, _ in plain.tags]
    assert str(escape(name)) in html
    assert f"<bdi>{escape(name)}</bdi>" in html


def test_an_empty_window_is_said_kindly() -> None:
    for report in REPORTS:
        html = page(document(report, empty=True))
        assert "No sales on these days." in html
        assert "<canvas" not in html
        assert "NaN" not in html


def test_a_yen_shop_has_no_decimals() -> None:
    over = window(Period.WEEK, "Asia/Tokyo")
    made = document("revenue-overview", over, currency="JPY", zone=ZoneInfo("Asia/Tokyo"))
    value = made.kpis[0].value
    assert value is not None
    assert f">¥{value:,}</bdi>" in page(made)


def test_one_product_one_day_and_no_product() -> None:
    one = page(document("product-performance", count=1))
    assert "1 of 1 products is in class A and brings 100% of net sales." in one
    assert "Other products" not in one
    assert "the CSV has all of them" not in one
    for report in REPORTS:
        html = page(document(report, count=0))
        assert "None" not in Markup(html).text
        assert "NaN" not in html


def test_a_page_of_a_hundred_thousand_products_is_as_small_as_one_of_a_hundred() -> None:
    few, many = (page(document("product-performance", count=n)) for n in (100, 100_000))
    assert "100,000" in many
    assert len(many) < 1.1 * len(few)


def test_changes_are_told_by_arrow_and_words() -> None:
    text = Markup(page(document("revenue-overview"))).text
    assert re.search(r"▲ \d+\.\d%Up \d+\.\d% \(better\)", re.sub(r"\s+", " ", text))
    assert re.search(
        r"▲ (\d+\.\d%)\1 more \(worse\)|▼ (\d+\.\d%)\2 less \(better\)", re.sub(r"\s+", " ", text)
    )


def test_the_same_report_is_the_same_bytes() -> None:
    assert page(document("sales-velocity")) == page(document("sales-velocity"))
    assert Sample().key.report in {each.slug for each in implemented()}


def test_pages_that_wait_reload_themselves_and_others_do_not() -> None:
    waiting = pages().problem(problem_of(NotReadyError())).decode()
    failed = pages().problem(problem_of(ComputationFailedError())).decode()
    unset = pages().problem(problem_of(SigningNotConfiguredError())).decode()
    assert '<meta http-equiv="refresh" content="3">' in waiting
    assert '<meta http-equiv="refresh" content="15">' in failed
    assert "http-equiv" not in unset
    assert "ANALYTICS_SHARE_SIGNING_SECRET" in unset
    assert "being prepared" in waiting
    assert "being prepared" not in failed


def test_an_expired_link_says_since_when_in_plain_words() -> None:
    problem = problem_of(ExpiredLinkError(datetime(2026, 5, 1, 22, 30, tzinfo=UTC)))
    html = pages().problem(problem).decode()
    assert "It could be opened until 1 May 2026, 22:30 UTC." in html
    assert "2026-05-01T" not in html
    assert b"2026-05-01T22:30:00.000Z" in problem.json()


@pytest.mark.parametrize(
    ("tag", "direction", "span", "money"),
    [
        ("en", "ltr", "1–30 Apr 2026", "€46,411.79"),
        ("de", "ltr", "1.–30. Apr. 2026", "46.411,79\u00a0€"),
        ("ja", "ltr", "2026年4月1日～30日", "€46,411.79"),
        ("he", "rtl", "1–30 באפר׳ 2026", "\u200f46,411.79\u00a0\u200f€"),
    ],
)
def test_a_page_in_another_language(tag: str, direction: str, span: str, money: str) -> None:
    html = (
        pages()
        .report(
            document("revenue-overview"), token="TOKEN", expires_at=EXPIRES, locale=LOCALES[tag]
        )
        .decode()
    )
    assert f'<html lang="{tag}" dir="{direction}">' in html
    assert span in html
    assert f'<bdi title="{money}">' in html
    for problem in (NotReadyError(), SigningNotConfiguredError()):
        told = pages().problem(problem_of(problem), LOCALES[tag]).decode()
        assert f'<html lang="{tag}" dir="{direction}">' in told


@pytest.mark.parametrize("file", KEPT_DOCUMENTS, ids=lambda each: each.stem)
def test_a_document_of_a_released_schema_is_drawn(file: Path) -> None:
    made = unpack_document(file.read_bytes())
    markup = Markup(page(made))
    tables = {a.get("data-table") for a in markup.named("table")}
    assert {section.key for section in made.sections if isinstance(section, Table)} <= tables
