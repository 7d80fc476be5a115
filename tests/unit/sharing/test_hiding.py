"""What is hidden of a link's reports, each by itself and all together."""

import pytest

from common.reports import registry
from common.reports.redaction import Redaction
from sharing.hiding import normalised, normalised_of_all

SLUGS = [each.slug for each in registry.implemented()]
WITH_MARGINS = [
    each.slug for each in registry.implemented() if any(s.of_costs for s in each.sections)
]


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize(
    "hide",
    [
        Redaction(),
        Redaction(csv=True),
        Redaction(money=True),
        Redaction(margin=True),
        Redaction(sections=("products", "daily"), csv=True),
    ],
)
def test_of_one_report_alone_they_are_the_same(slug: str, hide: Redaction) -> None:
    assert normalised_of_all([slug], hide) == normalised(slug, hide)


@pytest.mark.parametrize("slug", SLUGS)
def test_margins_are_of_a_report_that_has_them(slug: str) -> None:
    assert normalised(slug, Redaction(margin=True)).margin == (slug in WITH_MARGINS)


def test_a_board_shows_margins_where_one_of_its_reports_has_them() -> None:
    assert WITH_MARGINS
    assert normalised_of_all(SLUGS, Redaction(margin=True)).margin
    without = [each for each in SLUGS if each not in WITH_MARGINS]
    assert not normalised_of_all(without, Redaction(margin=True)).margin
