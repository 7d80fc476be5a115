"""A template is told as a body that makes the same template."""

from datetime import date

import msgspec
import pytest

from common.links.options import LinkKind
from common.links.ranges import Range
from common.reports.comparison import Comparison
from common.reports.redaction import Redaction
from common.reports.window import Dates, Period
from share_api.schemas.templates import TemplateShareBody, said_by
from sharing.link_wish import LinkWish

WISHES = [
    LinkWish(report="revenue-overview"),
    LinkWish(
        report="product-performance",
        reports=("product-performance", "revenue-overview"),
        period=Period.WEEK,
        kind=LinkKind.LIVE,
        ranges=(Range.WEEK, Range.CUSTOM),
        compare=Comparison.LAST_YEAR,
        hide=Redaction(sections=("products",), csv=True, margin=True),
        expires_in=3600,
        protected=True,
    ),
    LinkWish(
        report="revenue-overview",
        dates=Dates(date(2026, 10, 1), date(2026, 10, 31)),
        kind=LinkKind.FROZEN,
        changes=True,
        embed=("https://intranet.example.com",),
        hide=Redaction(money=True),
    ),
]


@pytest.mark.parametrize("wish", WISHES)
def test_what_is_told_says_the_same(wish: LinkWish) -> None:
    body = TemplateShareBody.model_validate_json(msgspec.json.encode(said_by(wish)))
    assert body.wish(body.report, protected=body.protected or None) == wish


def test_every_option_is_tried() -> None:
    assert set().union(*(each.said for each in WISHES)) == set(LinkWish.__struct_fields__)
