"""On paper: a few pages of A4, light, with sharp charts, whole tables and no controls.

No type is smaller than 8 points; the pages are numbered, and the definitions are on them.
"""

import io
import re

import pytest
from pypdf import PageObject, PdfReader
from redis import Redis
from tests.browser.conftest import Open
from tests.browser.reports import REPORTS, draw, ready, until
from tests.support.samples import window

from common.reports.window import Period

PAGES = 4
POINTS = 8
MARGIN = 15 / 25.4 * 72
"""The margin below, where the number of the page is, in points."""
FILLED = 0.6
"""A page goes down to here at least: what is left is less than a chart, which stays whole."""
SHEET = 710
"""What A4 leaves between the margins, in pixels."""
DOTS = 1000
"""A chart that is printed as a picture has at least so many dots from side to side."""
DRAWN = {
    "revenue-overview": {r"€\d+(\.\d)?K": 4, "Grosssales": 4},
    "sales-velocity": {"Saturday": 2, "Sat(?!urday)": 1},
    "product-performance": {"€500": 2},
}
"""What stands on the axes of the charts, and how often on the whole page: they are drawn as lines
and letters, not as pictures."""


def smallest(pdf: PdfReader) -> float:
    """The size of the smallest type, in points."""
    sizes: list[float] = []

    def visit_text(text: str, page: list[float], line: list[float], _: object, size: float) -> None:
        if text.strip():
            sizes.append(round(size * abs(line[3]) * abs(page[3]), 1))

    for each in pdf.pages:
        each.extract_text(visitor_text=visit_text)
    return min(sizes)


def lowest(sheet: PageObject) -> float:
    """How far down the last line of a page is, but for its number: a part of the height."""
    ends: list[float] = []

    def visit_text(text: str, page: list[float], line: list[float], *_: object) -> None:
        height = line[4] * page[1] + line[5] * page[3] + page[5]
        if text.strip() and height > MARGIN:
            ends.append(height)

    sheet.extract_text(visitor_text=visit_text)
    return 1 - min(ends) / float(sheet.mediabox.height)


@pytest.mark.parametrize("count", [12, 60])
def test_no_page_but_the_last_is_left_half_empty(
    visit: Open, redis_client: Redis, count: int
) -> None:
    path = ready(redis_client, "product-performance", window(Period.MONTH), count=count).path
    page = draw(visit(path).page)
    pdf = PdfReader(io.BytesIO(page.pdf(format="A4", print_background=True)))
    assert [each for each in map(lowest, pdf.pages[:-1]) if each < FILLED] == []


@pytest.mark.parametrize(
    ("period", "theme"),
    [(Period.MONTH, "dark"), (Period.QUARTER, "light")],
    ids=["month", "quarter"],
)
@pytest.mark.parametrize("report", REPORTS)
def test_a_report_on_paper(
    visit: Open, redis_client: Redis, report: str, period: Period, theme: str
) -> None:
    path = ready(redis_client, report, window(period)).path
    seen = visit(path, color_scheme=theme)
    page = seen.page
    # What the script makes is there, so that it is seen to stay off the paper.
    made = "[...document.querySelectorAll('.exploring')].every((each) => each.children.length)"
    until(page, made)
    pdf = PdfReader(io.BytesIO(page.pdf(format="A4", print_background=True)))
    assert 1 <= len(pdf.pages) <= PAGES
    text = " ".join(each.extract_text() for each in pdf.pages)
    for said in ("Nordlicht & Söhne", "Net sales", "Europe/Berlin"):
        assert said in text
    for control in ("Download", "Search", "Skip to", "Appearance"):
        assert control not in text
    assert f"1 / {len(pdf.pages)}" in text
    assert "Gross sales less discounts" in text
    assert "Link valid until" in text
    assert smallest(pdf) >= POINTS
    for label, times in DRAWN[report].items():
        assert len(re.findall(label, re.sub(r"\s", "", text))) >= times, label
    pictures = [each.image for sheet in pdf.pages for each in sheet.images]
    assert all(each is not None and each.width >= DOTS for each in pictures)
    assert seen.complaints == []


@pytest.mark.parametrize(("report", "locale"), [*zip(REPORTS, ["de", "es", "pl"], strict=True)])
def test_a_language_of_long_words_on_paper(
    visit: Open, redis_client: Redis, report: str, locale: str
) -> None:
    path = ready(redis_client, report, window(Period.QUARTER), count=60).path
    page = visit(path, locale=locale).page
    pdf = PdfReader(io.BytesIO(page.pdf(format="A4", print_background=True)))
    assert 1 <= len(pdf.pages) <= PAGES
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEET, "height": 1000})
    assert page.locator(".ago").locator("visible=true").count() == 0
    wide = """
        () => [...document.querySelectorAll("table")]
            .filter((each) => each.checkVisibility())
            .filter((each) => each.offsetWidth > each.parentElement.clientWidth + 1)
            .map((each) => each.dataset.table)
    """
    assert page.evaluate(wide) == []
    cut = """
        () => [...document.querySelectorAll("thead th")]
            .filter((each) => each.checkVisibility())
            .filter((each) => getComputedStyle(each).overflowWrap !== "normal")
            .map((each) => each.textContent)
    """
    assert page.evaluate(cut) == []


def test_after_paper_the_screen_is_as_before(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path, color_scheme="dark").page)
    state = """
        () => [...document.querySelectorAll("canvas")].map((canvas) => {
            const chart = Chart.getChart(canvas);
            return [chart.width, chart.height, chart.currentDevicePixelRatio, canvas.width];
        }).concat(document.documentElement.dataset.theme ?? "none")
    """
    before = page.evaluate(state)
    page.pdf(format="A4")
    until(
        page,
        f"(before) => JSON.stringify(({state.strip()})()) === before",
        page.evaluate("JSON.stringify", before),
    )
