"""Every query of every report, every way of opening one, and imports: one shop after another's."""

import gzip
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from operator import methodcaller
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct
from sqlalchemy import Engine
from tests.integration.report_viewer.conftest import Run
from tests.support.forms import make_forms, text_of
from tests.support.samples import SECRET, Sample
from tests.support.shops import THEIR_ORDER, THEIR_PRODUCT, THEIR_TITLE, Shops

from common import instants
from common.db.tenancy import Access, snapshot
from common.jobs.payloads import ComputeReport
from common.links.options import LinkOptions
from common.links.ranges import Range
from common.links.state import LinkStateStore
from common.links.tenant_names import TenantName
from common.reports import queries, registry
from common.reports.comparison import Comparison
from common.reports.sales import dimensions
from common.reports.sales.from_ledger import LedgerSales
from common.reports.sales.from_rollups import RolledUpSales
from common.reports.sales.protocol import Sales
from common.reports.window import Period, Window, window_of
from common.reports_cache import copies
from common.reports_cache.cache import ReportCache
from ingest.import_files import FileKind, ImportFile, ImportRefusedError, import_files
from report_viewer.links.urls import Resource
from worker.reports import compute, rollup_refresh
from worker.reports.scope import UnknownTenantError, read_scope

METHODS = {name for name, _ in inspect.getmembers(Sales, inspect.isfunction) if name[0] != "_"}
QUESTIONS: list[Callable[[Sales], object]] = [
    *(methodcaller(name) for name in METHODS - {"totals", "lead"}),
    methodcaller("lead", 6),
    *(methodcaller("totals", by) for by in dimensions.ALL),
]
WAYS = (LedgerSales, RolledUpSales)
SLUGS = [definition.slug for definition in registry.implemented()]

REFUND = f"""refund_id,order_id,line_id,processed_at,quantity,amount
R1,{THEIR_ORDER},1,2099-03-05T10:00:00Z,1,1
"""
STOCK = f"""product_id,counted_at,on_hand
{THEIR_PRODUCT},2026-03-05T10:00:00Z,1
"""
PRODUCTS = f"""product_id,title
P1,Mine
{THEIR_PRODUCT},Mine
"""
ORDERS = f"""order_id,paid_at,currency,line_id,product_id,quantity,unit_price,customer_id
{THEIR_ORDER},2026-03-01T10:00:00Z,EUR,1,{THEIR_PRODUCT},9,1.00,C1
O1,2026-03-01T10:00:00Z,EUR,1,P1,9,1.00,C1
"""


def window() -> Window:
    return window_of(Period.MONTH, ZoneInfo("UTC"), now=instants.now())


def leaves(value: object) -> Iterator[object]:
    """The values that a result consists of."""
    if isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from leaves(getattr(value, name))
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from leaves(getattr(value, each.name))
    elif isinstance(value, Mapping):
        yield from leaves(list(value.items()))
    elif isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from leaves(each)
    else:
        yield value


def says_something(value: object) -> bool:
    return any(leaf not in (0, None, "") for leaf in leaves(value))


@pytest.fixture
def summed(shops: Shops) -> Shops:
    """With the kept sums up to date."""
    for tenant_id in (shops.ours, shops.theirs):
        rollup_refresh.refresh(shops.service, tenant_id)
    return shops


def test_every_question_finds_nothing_of_theirs(summed: Shops) -> None:
    """Even where the shop that is asked about is theirs by mistake: the database knows better."""
    assert {"totals", "products", "on_hand"} <= METHODS
    with snapshot(summed.service, Access(tenant_id=summed.theirs)) as session:
        scope = read_scope(session, summed.theirs, window())
        for way in WAYS:
            said = [each(way(session, scope)) for each in QUESTIONS]
            assert says_something(said)
            assert THEIR_TITLE in set(leaves(said))
    with snapshot(summed.service, Access(tenant_id=summed.ours)) as session:
        for way in WAYS:
            for each in QUESTIONS:
                assert not says_something(each(way(session, scope))), (way, each)


@pytest.mark.parametrize("way", WAYS)
def test_a_catalogue_in_pieces_holds_nothing_of_theirs(summed: Shops, way: type[Any]) -> None:
    with snapshot(summed.service, Access(tenant_id=summed.theirs)) as session:
        scope = read_scope(session, summed.theirs, window())
        theirs = way(session, scope).catalogue(larger_than=-1)
        assert THEIR_TITLE in set(leaves(list(theirs.ranked())))
    with snapshot(summed.service, Access(tenant_id=summed.ours)) as session:
        ours = way(session, scope).catalogue(larger_than=-1)
        found = (ours.classes((80,), 1), ours.movers(6), ours.come_back(), list(ours.ranked()))
        assert not says_something(found)


@pytest.mark.parametrize("way", WAYS)
def test_a_report_is_the_same_whatever_they_sell(summed: Shops, way: type[Any]) -> None:
    with snapshot(summed.service, Access(tenant_id=summed.ours)) as session:
        scope = read_scope(session, summed.ours, window())
        ours = {slug: queries.run(slug, way(session, scope)) for slug in SLUGS}
    for result in ours.values():
        assert says_something(result)
        assert not summed.told(repr(list(leaves(result))))
    with snapshot(summed.service, Access(tenant_id=summed.ours)) as session:
        theirs = replace(scope, tenant_id=summed.theirs)
        for slug in SLUGS:
            assert not summed.told(repr(list(leaves(queries.run(slug, way(session, theirs))))))


def test_the_other_shop_does_not_exist(shops: Shops) -> None:
    with (
        snapshot(shops.service, Access(tenant_id=shops.ours)) as session,
        pytest.raises(UnknownTenantError),
    ):
        read_scope(session, shops.theirs, window())


@pytest.mark.parametrize(("kind", "content"), [(FileKind.REFUNDS, REFUND), (FileKind.STOCK, STOCK)])
def test_an_import_does_not_find_what_is_theirs(shops: Shops, kind: FileKind, content: str) -> None:
    before = shops.fingerprint()
    with pytest.raises(ImportRefusedError, match="not known"):
        bring(shops.service, shops.ours, kind, content)
    assert shops.fingerprint() == before


@pytest.mark.parametrize(
    ("kind", "content"), [(FileKind.PRODUCTS, PRODUCTS), (FileKind.ORDERS, ORDERS)]
)
def test_an_import_of_the_same_ids_replaces_ones_own(
    shops: Shops, kind: FileKind, content: str
) -> None:
    before = shops.fingerprint()
    bring(shops.service, shops.ours, kind, content)
    assert shops.fingerprint() == before


WITH_ALL = LinkOptions(ranges=tuple(Range), embed=("https://intranet.example.com",))
"""What a link takes to have every resource but what has changed since it was frozen."""
NO_ROWS = b"product_id,product,net_sales\r\n"
PARTS = [each for each in Resource if not each.is_of_changes]


def bring(engine: Engine, tenant_id: int, kind: FileKind, content: str) -> None:
    import_files(engine, tenant_id, {kind: ImportFile(f"{kind}.csv", iter([content.encode()]))})


@pytest.mark.anyio
@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("against", Comparison)
async def test_a_link_opens_its_own_shop_alone(
    shops: Shops, run: Run, slug: str, against: Comparison
) -> None:
    """Both shops' reports of the same type and window lie in the same Redis."""
    samples, states = {}, LinkStateStore(shops.redis)
    for tenant_id in (shops.ours, shops.theirs):
        samples[tenant_id] = Sample(slug, window(), against, tenant_id)
        samples[tenant_id].activate(shops.redis, WITH_ALL)
        states.store_tenant_name(tenant_id, TenantName("Shop", "UTC"))
        cache = ReportCache(shops.redis, keep_seconds=600)
        job = ComputeReport(tenant_id, slug, window(), comparison=against)
        compute.compute(shops.service, cache, job)
        make_forms(shops.redis, samples[tenant_id].key)
    ours, theirs = samples[shops.ours], samples[shops.theirs]
    payload, _, _ = theirs.token(SECRET).partition(".")
    _, _, signature = ours.token(SECRET).partition(".")
    below = "" if against is Comparison.PREVIOUS else f"/vs/{against}"
    async with run() as client:
        for part in PARTS:
            path, method = below + part.value.decode(), part.methods[0]
            answer = await client.request(method, ours.path + path)
            assert answer.status_code in {200, 204, 400}
            assert not shops.told(text_of(answer.content) + str(answer.headers))
            query = f"?tenant={shops.theirs}&token={theirs.token(SECRET)}"
            answer = await client.request(method, ours.path + path + query)
            assert not shops.told(text_of(answer.content))
            forged = await client.request(method, f"/api/reports/{payload}.{signature}{path}")
            assert forged.status_code == 403
            assert not shops.told(forged.text)
        for part in PARTS:
            figures = "GET" in part.methods and part is not Resource.OEMBED
            if slug == "product-performance" and figures:
                own = await client.get(theirs.path + below + part.value.decode())
                assert shops.told(text_of(own.content)), "the marks are not in their own report"


@pytest.mark.anyio
async def test_what_has_changed_is_of_its_own_shop_alone(shops: Shops, run: Run) -> None:
    samples = {}
    for tenant_id in (shops.ours, shops.theirs):
        made = samples[tenant_id] = Sample("product-performance", window(), tenant_id=tenant_id)
        made.activate(shops.redis, LinkOptions(frozen=True, changes=True))
        cache = ReportCache(shops.redis, keep_seconds=600)
        compute.compute(shops.service, cache, ComputeReport(tenant_id, made.report, window()))
        own = replace(made.key, frozen=made.link_id)
        fields = copies.take(shops.redis, made.key) | {"csv": gzip.compress(NO_ROWS)}
        copies.bring_back(shops.redis, own, fields, seconds=600)
    ours, theirs = samples[shops.ours], samples[shops.theirs]
    async with run() as client:
        for part in (each for each in Resource if each.is_of_changes):
            path = part.value.decode()
            answer = await client.get(f"{ours.path}{path}?token={theirs.token(SECRET)}")
            assert answer.status_code == 200
            assert not shops.told(answer.text + str(answer.headers))
            told = await client.get(theirs.path + path)
            assert shops.told(told.text), "the marks are not in their own report"
