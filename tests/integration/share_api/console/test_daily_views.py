"""Views by day in the console: small lines with their words, of the shop's own links alone."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, event, select
from tests.integration.share_api.conftest import Service, World
from tests.integration.share_api.console.conftest import Tab, said
from tests.integration.share_api.console.test_links import a_share, made

from common.db.shares import DailyViews, Share
from common.db.tenancy import Access, TenantDb, transaction
from common.i18n.dates import DateFormatter
from common.i18n.locales import ENGLISH
from common.instants import now
from sharing.daily_views import daily_views, views_of_week

SPARK = re.compile(r'<svg class="spark" role="img" aria-label="([^"]+)"')
TODAY = now().astimezone(ZoneInfo("Asia/Tokyo")).date()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def said_day(day: date) -> str:
    return DateFormatter(ENGLISH).short_day(day)


def look(world: World, tenant_id: int, link_id: UUID, views: Mapping[int, int]) -> None:
    """Let a link have been viewed so many days ago so often."""
    with transaction(world.engine, Access(tenant_id=tenant_id)) as session:
        session.add_all(
            DailyViews(tenant_id=tenant_id, link_id=link_id, day=ago(days), views=often)
            for days, often in views.items()
        )


def link_of(world: World, tenant_id: int, share_id: str) -> UUID:
    with transaction(world.engine, Access(tenant_id=tenant_id)) as session:
        return session.scalars(select(Share.link_id).where(Share.id == UUID(share_id))).one()


def test_a_link_shows_its_days_and_says_them(tab: Tab, world: World) -> None:
    path = made(tab)
    assert SPARK.findall(tab.open(path).text) == []
    assert SPARK.findall(tab.open("/admin/links").text) == []
    link = link_of(world, world.tokyo, path.rpartition("/")[2])
    look(world, world.tokyo, link, {2: 3, 5: 7, 8: 7, 20: 2, 40: 1000})
    expected = f"19 views in 30 days, most on {said_day(ago(5))}"
    assert SPARK.findall(tab.open("/admin/links").text) == [expected]
    page = tab.open(path)
    assert SPARK.findall(page.text) == [expected]
    assert expected in said(page)
    assert tab.open(path, headers={"Accept-Language": "de"}).text.count("19 Aufrufe in 30 T") == 3
    assert "views in 7 days 10 " in said(tab.open("/admin"))


def test_one_view_is_told_as_one(tab: Tab, world: World) -> None:
    path = made(tab)
    look(world, world.tokyo, link_of(world, world.tokyo, path.rpartition("/")[2]), {3: 1})
    assert SPARK.findall(tab.open(path).text) == [f"1 view in 30 days, on {said_day(ago(3))}"]


def test_a_page_of_the_table_asks_once_for_all_its_links(
    tab: Tab, service: Service, world: World
) -> None:
    shares = [a_share(world.tokyo, number) for number in range(30)]
    links = [share.link_id for share in shares]
    with transaction(world.engine, Access(tenant_id=world.tokyo)) as session:
        session.add_all(shares)
    for link in links:
        look(world, world.tokyo, link, {1: 2})
    asked: list[str] = []

    def note(_: Connection, __: object, statement: str, *___: object) -> None:
        if "daily_views" in statement:
            asked.append(statement)

    event.listen(service.container.engine, "before_cursor_execute", note)
    try:
        page = tab.open("/admin/links?show=all")
    finally:
        event.remove(service.container.engine, "before_cursor_execute", note)
    assert len(SPARK.findall(page.text)) == 25
    assert len(asked) == 1


def test_views_of_another_shop_are_not_told(tab: Tab, world: World) -> None:
    theirs = a_share(world.berlin, 1)
    link = theirs.link_id
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        session.add(theirs)
    look(world, world.berlin, link, {1: 5})
    ours, shop = TenantDb(world.engine, world.tokyo), TenantDb(world.engine, world.berlin)
    assert daily_views(ours, [link], TODAY) == {}
    assert views_of_week(ours, TODAY) == 0
    assert sum(daily_views(shop, [link], TODAY)[link]) == 5
    assert views_of_week(shop, TODAY) == 5
    assert "views in 7 days 0 " in said(tab.open("/admin"))
