"""A form is made once, of the report that is cached, and is no form of any other."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader
from redis import Redis
from tests.integration.worker.conftest import Shop
from tests.integration.worker.links.test_restore import logo_picture
from tests.support.forms import job_of

from common import instants
from common.db.audit import COMMAND_LINE
from common.db.tenancy import TenantDb
from common.jobs.payloads import MakeForm
from common.links import brand as brands
from common.reports_cache.cache import DONE_CHANNEL
from common.reports_cache.claims import CachePolicy, Claims
from common.reports_cache.forms import Form, form_cache
from common.reports_cache.report_fields import unpack_meta
from sharing.brand import BrandStore
from worker.forms import make
from worker.forms.source import Source
from worker.operations import cache_eviction
from worker.reports.compute import compute
from worker.reports.lease import Leases
from worker.reports.single_flight import Outcome


@pytest.fixture
def leases(redis_client: Redis) -> Leases:
    return Leases(redis_client)


@pytest.fixture
def job(shop: Shop) -> MakeForm:
    shop.load()
    compute(shop.engine, shop.cache, shop.job())
    return job_of(shop.key(), Form.XLSX, "de")


def fields(redis: Redis, key: str) -> dict[bytes, bytes]:
    found: Any = redis.hgetall(key)
    return dict(found)


def test_a_form_stands_beside_what_it_was_made_from(
    shop: Shop, redis_client: Redis, leases: Leases, job: MakeForm
) -> None:
    with redis_client.pubsub() as heard:
        heard.subscribe(DONE_CHANNEL)
        assert make.make_once(redis_client, leases, job) is Outcome.COMPUTED
        names = {each["data"] for each in iter(lambda: heard.get_message(timeout=1), None)}
    assert job.key.cached.encode() in names
    form = fields(redis_client, job.key.cached)
    assert form[b"meta"] == fields(redis_client, shop.key().cached)[b"meta"]
    assert form[b"body"].startswith(b"PK")
    assert 0 < int(redis_client.ttl(job.key.cached)) <= 3600
    assert make.make_once(redis_client, leases, job) is Outcome.DONE_SINCE


def test_newer_data_have_it_made_again(
    shop: Shop, redis_client: Redis, leases: Leases, job: MakeForm
) -> None:
    make.make_once(redis_client, leases, job)
    first = fields(redis_client, job.key.cached)
    shop.load("o2")
    compute(shop.engine, shop.cache, shop.job())
    assert make.make_once(redis_client, leases, job) is Outcome.COMPUTED
    second = fields(redis_client, job.key.cached)
    assert second[b"body"] != first[b"body"]
    assert unpack_meta(second[b"meta"]).data_version > unpack_meta(first[b"meta"]).data_version


@pytest.mark.parametrize("form", [Form.XLSX, Form.PDF])
def test_another_brand_has_it_made_again(
    shop: Shop, redis_client: Redis, leases: Leases, job: MakeForm, form: Form
) -> None:
    job = job_of(job.key.report_key, form, "de")
    make.make_once(redis_client, leases, job)
    first = fields(redis_client, job.key.cached)
    brand = BrandStore(TenantDb(shop.engine, shop.tenant_id), redis_client)
    texts = {"name": "Fjordhaus", "accent": "#ffcc00", "footer": "Since 1899"}
    brand.set_texts(texts, author=COMMAND_LINE, at=instants.now())
    brand.set_logo(logo_picture(), author=COMMAND_LINE, at=instants.now())
    claimed = Claims(redis_client).claim(job.key, seconds=60, enough=CachePolicy.SAME)
    assert claimed is not None, "a viewer may ask for it"
    assert make.make_once(redis_client, leases, job) is Outcome.COMPUTED
    second = fields(redis_client, job.key.cached)
    assert second[b"meta"] == first[b"meta"]
    assert second[b"brand"] == redis_client.get(brands.key(shop.tenant_id))
    assert second[b"body"] != first[b"body"]
    assert make.make_once(redis_client, leases, job) is Outcome.DONE_SINCE
    assert Claims(redis_client).claim(job.key, seconds=60, enough=CachePolicy.SAME) is None
    if form is Form.PDF:
        pages = PdfReader(io.BytesIO(second[b"body"])).pages
        text = "".join(page.extract_text() for page in pages)
        assert ("Fjordhaus" in text, "Since 1899" in text, len(pages[0].images)) == (True, True, 1)


def test_a_frozen_report_has_forms_of_its_own(
    shop: Shop, redis_client: Redis, leases: Leases, job: MakeForm
) -> None:
    """What is computed for the same days later is not what stays as it was."""
    key = replace(shop.key(), frozen=uuid4())
    redis_client.copy(shop.key().cached, key.cached)
    shop.load("o2")
    compute(shop.engine, shop.cache, shop.job())
    frozen = job_of(key, Form.XLSX, "de")
    assert make.make_once(redis_client, leases, frozen) is Outcome.COMPUTED
    assert make.make_once(redis_client, leases, job) is Outcome.COMPUTED
    kept, now = (fields(redis_client, each.key.cached) for each in (frozen, job))
    assert kept[b"meta"] == fields(redis_client, key.cached)[b"meta"] != now[b"meta"]
    assert kept[b"body"] != now[b"body"]


def test_what_is_not_cached_has_no_form(
    shop: Shop, redis_client: Redis, leases: Leases, job: MakeForm
) -> None:
    redis_client.delete(shop.key().cached)
    assert make.make_once(redis_client, leases, job) is Outcome.DONE_SINCE
    assert not redis_client.exists(job.key.cached, job.key.computing, job.key.failed)


def test_many_workers_make_it_once(
    redis_client: Redis, leases: Leases, job: MakeForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, begun, go_on = [], threading.Event(), threading.Event()

    def write(of: Source) -> bytes:
        made.append(of)
        begun.set()
        assert go_on.wait(60)
        return b"PK"

    monkeypatch.setattr(make, "MAKERS", {Form.XLSX: write})
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(make.make_once, redis_client, leases, job)
        assert begun.wait(60)
        others = [make.make_once(redis_client, leases, job) for _ in range(3)]
        go_on.set()
    assert first.result() is Outcome.COMPUTED
    assert others == [Outcome.UNDER_WAY] * 3
    assert len(made) == 1


def test_nobody_asks_for_what_is_there(
    shop: Shop, redis_client: Redis, leases: Leases, job: MakeForm
) -> None:
    claims = Claims(redis_client)

    def asked() -> bool:
        claim = claims.claim(job.key, seconds=9, enough=CachePolicy.SAME)
        if claim is not None:
            claims.release(job.key, claim)
        return claim is not None

    assert asked()
    make.make_once(redis_client, leases, job)
    assert not asked(), "who read before it was there may ask after"
    redis_client.hset(shop.key().cached, "meta", b"of a newer report")
    assert asked()
    redis_client.delete(shop.key().cached)
    assert asked()


def test_a_failure_is_remembered_for_the_form_alone(
    shop: Shop, redis_client: Redis, leases: Leases, job: MakeForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Source) -> bytes:
        raise MemoryError

    monkeypatch.setattr(make, "MAKERS", {Form.XLSX: fail})
    with pytest.raises(MemoryError):
        make.make_once(redis_client, leases, job)
    assert redis_client.exists(job.key.failed)
    assert not redis_client.exists(job.key.computing, shop.key().failed)
    assert Claims(redis_client).claim(job.key, seconds=9, enough=CachePolicy.NOTHING) is None


def test_forms_give_way_as_reports_do(
    shop: Shop, redis_client: Redis, leases: Leases, job: MakeForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.make_once(redis_client, leases, job)
    memory = {"maxmemory": 1000, "used_memory": 10**9}
    monkeypatch.setattr(redis_client, "info", lambda _: memory)
    assert cache_eviction.evict(redis_client) == 2
    assert not redis_client.exists(job.key.cached, shop.key().cached)
    assert form_cache(redis_client).meta(job.key) is None
