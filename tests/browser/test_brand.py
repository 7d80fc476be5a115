"""A brand on the page: read in both themes, whole on a phone, within the page's budget."""

import gzip

import pytest
from playwright.sync_api import Page
from redis import Redis
from tests.browser.accessibility import findings
from tests.browser.conftest import PHONE, Open
from tests.browser.reports import draw, overflow, ready, resize
from tests.unit.sharing.test_logo import rich_picture

from common.links import brand as brands
from common.links.brand import Brand, Ground, Logo
from sharing.logo import draw as drawn_logo

BUDGET = 40 * 1024
TONE = "getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()"
LONG = "Kaffeerösterei und Feinkosthandlung Nordlicht & Söhne, Inhaber Thorvaldsen"


def give(redis: Redis, tenant_id: int, accent: str) -> None:
    logo = drawn_logo(rich_picture())
    shown = Logo(brands.digest_of(logo.png), logo.width, logo.height, Ground.LIGHT)
    brand = Brand(1, LONG, accent, "Für den Empfänger allein. " * 10, shown)
    brands.store(redis, tenant_id, brand, logo.png)


def is_drawn(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('img.logo')?.naturalWidth > 0"))


@pytest.mark.parametrize("accent", ["#ffff00", "#0a0033"])
def test_a_page_with_a_brand_is_read_by_all_and_within_its_budget(
    visit: Open, redis_client: Redis, accent: str
) -> None:
    sample = ready(redis_client, "product-performance", count=12)
    give(redis_client, sample.tenant_id, accent)
    page = draw(visit(sample.path, viewport=PHONE).page)
    assert is_drawn(page)
    assert page.evaluate(TONE) not in {accent, "#1f55c4"} or accent == "#0a0033"
    assert findings(page) == []
    resize(page, 320, 700)
    assert overflow(page) == 0
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(TONE) not in {"#8ab0ff", ""}
    assert len(gzip.compress(page.content().encode())) < BUDGET
