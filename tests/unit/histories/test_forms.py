"""Histories open every form that a viewer has of a link."""

import random

from tests.histories.forms import form_of

from report_viewer.links.urls import PREFIX, Resource, parse

READ = {each for each in Resource if "GET" in each.methods}
DRAWS = 3000


def test_every_form_is_drawn_and_none_that_the_link_lacks() -> None:
    draws = random.Random(14)  # noqa: S311 - of a test
    for frozen in (False, True):
        paths = [form_of("revenue-overview", draws, frozen=frozen) for _ in range(DRAWS)]
        urls = [parse(PREFIX + b"/token" + each.encode(), "GET") for each in paths]
        wanted = READ if frozen else {each for each in READ if not each.is_of_changes}
        assert {each.resource for each in urls} == wanted
        assert {each.choice.report for each in urls} == {
            None,
            "product-performance",
            "sales-velocity",
        }
        assert any(each.choice.days or each.choice.against for each in urls) is not frozen
        framed = {each.resource for each in urls if each.choice.report}
        assert framed == wanted, "of the board's other reports, too"
