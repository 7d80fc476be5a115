"""The message that shows a report: within Discord's limits, and nothing of a shop's alive in it."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from common.i18n.report_words import formatter_of
from common.jobs.discord_promises import plain
from common.reports import registry
from common.reports.catalog.product_performance.standing import ProductPerformance
from common.reports.catalog.revenue_overview.definition import RevenueOverview
from common.reports.catalog.sales_velocity.velocity import SalesVelocity
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.headlines import Kpi
from common.reports.document.metrics import Unit
from common.reports.document.schema import Document, LineChart, Series
from common.reports.model import Scope
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals
from common.reports.window import Window
from worker.discord import chart_image, wording
from worker.discord.message import report_message, text_message

LINK = "https://app.example.com/api/reports/" + "A" * 100 + "." + "B" * 43
EXPIRES = datetime(2026, 5, 9, 8, tzinfo=UTC)
DAYS = 7
HOSTILE = (
    "@everyone **x** <@1> <#2> [a](https://evil.example) `c` ||s|| https://evil.example\n# h\u202e"
)


def scope(currency: str = "EUR", name: str = "Acme") -> Scope:
    end = datetime(2026, 5, 2, tzinfo=UTC)
    return Scope(
        tenant_id=1,
        tenant_name=name,
        currency=currency,
        zone=ZoneInfo("UTC"),
        window=Window(end - timedelta(days=DAYS), end),
        as_of=datetime(2026, 5, 2, 8, 30, tzinfo=UTC),
        data_version=3,
    )


def totals(size: int) -> Totals:
    return Totals(
        orders=size, units_sold=2 * size, units_returned=size // 2, gross=1000 * size,
        discounts=100 * size, returns=50 * size, shipping=5 * size, tax=19 * size,
    )  # fmt: skip


def product(number: int, title: str, size: int) -> ProductTotals:
    return ProductTotals(
        product_id=f"P{number}", title=title, sku=None, category=None, totals=totals(size),
        previous=totals(size // 2),
    )  # fmt: skip


def results(size: int, titles: list[str]) -> dict[str, Any]:
    days = tuple(totals(size + n) if size else Totals() for n in range(DAYS))
    products = tuple(product(n, title, size) for n, title in enumerate(titles))
    return {
        "revenue-overview": RevenueOverview(days, days),
        "sales-velocity": SalesVelocity(days, days, products),
        "product-performance": ProductPerformance(products),
    }


def document(
    slug: str,
    size: int = 5,
    titles: tuple[str, ...] = ("Tea", "Cup"),
    **given: str,
) -> Document:
    definition = registry.find(slug)
    return definition.present(results(size, list(titles))[slug], scope(**given)).document


REPORTS = [each.slug for each in registry.implemented()]
each_report = pytest.mark.parametrize("slug", REPORTS)


def message(of: Document) -> dict[str, Any]:
    return report_message(of, link=LINK, expires_at=EXPIRES).content


def texts(embed: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The texts of an embed, and how long Discord takes each."""
    yield embed["title"], 256
    yield embed["description"], 4096
    yield embed["footer"]["text"], 2048
    for each in embed["fields"]:
        yield each["name"], 256
        yield each["value"], 1024


def assert_within_limits(content: dict[str, Any]) -> None:
    (embed,) = content["embeds"]
    assert len(embed["fields"]) <= 25
    for text, most in texts(embed):
        assert 0 < len(text) <= most
    assert sum(len(text) for text, _ in texts(embed)) <= 6000
    ((button,),) = [row["components"] for row in content["components"]]
    assert len(button["url"]) <= 512
    for each in content.get("attachments", ()):
        assert len(each["description"]) <= 1024


@each_report
def test_every_figure_of_the_page_is_there_as_it_is_spelled_there(slug: str) -> None:
    of = document(slug)
    (embed,) = message(of)["embeds"]
    shown = {each["name"]: each["value"] for each in embed["fields"] if each["inline"]}
    numerals = formatter_of(Locale("en")).numerals
    assert list(shown) == [kpi.label for kpi in of.kpis]
    for kpi in of.kpis:
        if kpi.value is not None:
            assert numerals.number(abs(kpi.value), of.exponent(kpi.unit)) in shown[kpi.label]
        if kpi.unit is Unit.MONEY and kpi.value is not None:
            assert "EUR\u00a0" in shown[kpi.label]


@each_report
@pytest.mark.parametrize("size", [0, 1, 5, 10**9])
@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_a_message_keeps_within_discords_limits(slug: str, size: int, currency: str) -> None:
    titles = tuple("W" * 500 + str(n) for n in range(40))
    assert_within_limits(message(document(slug, size, titles, currency=currency, name="*" * 500)))


@each_report
def test_what_a_shop_named_is_letters_and_nothing_else(slug: str) -> None:
    content = message(document(slug, titles=(HOSTILE, "Tea"), name=HOSTILE))
    assert content["allowed_mentions"] == {"parse": []}
    (embed,) = content["embeds"]
    alive = re.compile(r"(?<!\\)(?:@everyone|\*\*x|<[@#]|\[a\]|`c`|\|\|s|://)|\n#|\u202e")
    for text, _ in texts(embed):
        assert not alive.search(text.replace(LINK, ""))


@given(st.text(max_size=300))
def test_a_name_is_escaped_whatever_it_is(name: str) -> None:
    shown = plain(name)
    assert len(shown) <= 160
    assert "\n" not in shown
    places = iter(shown)
    for character in places:
        if character == "\\":
            assert next(places).isascii()
        else:
            assert not character.isascii() or character.isalnum() or character == " "


def test_days_and_instants_are_those_of_the_shop() -> None:
    (embed,) = message(document("revenue-overview"))["embeds"]
    assert "25 Apr – 1 May 2026" in embed["description"]
    assert "18 Apr – 24 Apr 2026" in embed["description"]
    assert embed["footer"]["text"] == "Data as of 2 May 2026, 08:30 UTC"
    assert f"<t:{int(EXPIRES.timestamp())}:f>" in embed["description"]


@pytest.mark.parametrize(("count", "told"), [(1, "· 1 day in"), (30, "· 30 days in")])
def test_days_are_counted_in_their_form(count: int, told: str) -> None:
    made = document("revenue-overview")
    days = msgspec.structs.replace(made.days, count=count)
    (embed,) = message(msgspec.structs.replace(made, days=days))["embeds"]
    assert told in embed["description"]


def test_a_report_without_sales_says_so_and_has_no_picture() -> None:
    sent = report_message(document("revenue-overview", 0), link=LINK, expires_at=EXPIRES)
    assert sent.picture is None
    assert "No sales on these days" in sent.content["embeds"][0]["description"]
    assert "image" not in sent.content["embeds"][0]


def test_words_take_everything_else_away() -> None:
    content = text_message("No more.").content
    assert content["embeds"] == content["components"] == content["attachments"] == []
    json.dumps(content)


@pytest.mark.parametrize(
    ("value", "previous", "change", "said"),
    [
        (110, 100, (ChangeKind.PERCENT, 1000), "▲ 10.00% from EUR\u00a01.00"),
        (90, 100, (ChangeKind.PERCENT, -1000), "▼ 10.00% from EUR\u00a01.00"),
        (-150, -100, (ChangeKind.DIFFERENCE, -50), "▼ EUR\u00a00.50 from −EUR\u00a01.00"),
        (2000, 100, (ChangeKind.MULTIPLE, 2000), "▲ 20.0 times from EUR\u00a01.00"),
        (200, 100, (ChangeKind.POINTS, 100), "▲ 1.00 points from EUR\u00a01.00"),
        (100, 100, (ChangeKind.PERCENT, 0), "unchanged"),
        (None, 100, None, "was EUR\u00a01.00"),
        (100, None, None, "no previous figure"),
    ],
)
def test_a_change_is_said_in_words(
    value: int | None, previous: int | None, change: tuple[ChangeKind, int] | None, said: str
) -> None:
    told = Change(*change) if change else None
    kpi = Kpi("k", "K", Unit.MONEY, "", value, previous, told)
    assert wording.change(kpi, document("revenue-overview")) == said


@given(st.integers(-(2**63), 2**63), st.sampled_from([0, 2, 3]))
def test_numbers_are_spelled_as_on_the_page(value: int, exponent: int) -> None:
    numerals = formatter_of(Locale("en")).numerals
    assert wording.number(value, exponent) == numerals.number(value, exponent)


def series(values: tuple[int | None, ...], previous: tuple[int | None, ...] | None) -> Series:
    return Series("net_sales", "Net sales", Unit.MONEY, "", values, previous)


def line(values: tuple[int | None, ...], previous: tuple[int | None, ...] | None) -> LineChart:
    days = tuple(date(2026, 4, 1) + timedelta(days=n) for n in range(len(values)))
    return LineChart("daily", "Day by day", "", days, days, (series(values, previous),))


@pytest.mark.parametrize(
    ("values", "previous"),
    [
        ((0,), (0,)),
        ((5,), None),
        ((0, 0, 0), (0, 0, 0)),
        ((None, None), (None, None)),
        ((1, None, 3, None, 5), (None, 2, None, 4, None)),
        ((-5, -10), (-1, -2)),
        ((-(2**62), 2**62), (0, 0)),
        (tuple(range(90)), tuple(range(90))),
    ],
)
def test_every_line_can_be_drawn(
    values: tuple[int | None, ...], previous: tuple[int | None, ...] | None
) -> None:

    of = msgspec.structs.replace(document("revenue-overview"), sections=(line(values, previous),))
    drawn = chart_image.draw(of)
    assert drawn is not None
    assert_picture(drawn.png)


def assert_picture(png: bytes) -> None:
    with Image.open(BytesIO(png)) as image:
        image.load()
        assert (image.format, image.size) == ("PNG", (chart_image.WIDTH, chart_image.HEIGHT))
    assert len(png) < 200_000


@each_report
def test_each_report_has_a_picture_with_words_for_it(slug: str) -> None:
    drawn = chart_image.draw(document(slug))
    assert drawn is not None
    assert_picture(drawn.png)
    assert "25 Apr – 1 May 2026" in drawn.description
    assert drawn.description.endswith("Beside them 18 Apr – 24 Apr 2026.")


def test_pictures_of_other_figures_differ() -> None:
    one, other = (chart_image.draw(document("revenue-overview", size)) for size in (1, 50))
    assert one is not None
    assert other is not None
    assert one.png != other.png


@pytest.mark.parametrize(
    ("size", "scale"), [(1, ["0.00", "29.75", "59.50"]), (1000, ["0", "4,276", "8,551"])]
)
def test_the_scale_says_where_its_lines_are(
    monkeypatch: pytest.MonkeyPatch, size: int, scale: list[str]
) -> None:
    written: list[str] = []
    write = chart_image._Canvas._write

    def keep(
        canvas: chart_image._Canvas, at: chart_image.Point, text: str, *more: Any, **how: Any
    ) -> None:
        written.append(text)
        write(canvas, at, text, *more, **how)

    monkeypatch.setattr(chart_image._Canvas, "_write", keep)
    chart_image.draw(document("revenue-overview", size))
    assert [text for text in written if re.fullmatch(r"[\d.,]+", text)] == scale


def test_text_and_lines_stand_out_from_the_ground() -> None:
    def luminance(colour: tuple[int, int, int]) -> float:
        parts = [c / 255 for c in colour]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
        low, high = sorted((luminance(one), luminance(other)))
        return (high + 0.05) / (low + 0.05)

    for colour in (chart_image._TEXT, chart_image._MUTED, chart_image._NOW, chart_image._BEFORE):
        assert contrast(colour, chart_image._GROUND) >= 4.5
