"""A link that Redis does not know comes back from the ledger, and with it whose it is."""

import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from PIL import Image
from redis import Redis
from tests.integration.worker.conftest import Shop

from common.db.audit import COMMAND_LINE
from common.db.tenancy import TenantDb
from common.jobs.payloads import RestoreLink
from common.links import brand as brands
from common.links import tenant_names
from common.links.options import LinkOptions
from common.links.state import (
    KnownLink,
    LinkRef,
    LinkState,
    LinkStateStore,
    parse_link,
    state_key,
)
from common.reports.window import Period
from ingest import data_version
from sharing.brand import BrandStore
from worker.links import restore


def logo_picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (200, 50), "#123456").save(buffer, "PNG")
    return buffer.getvalue()


ISSUED = datetime.now(UTC).replace(microsecond=0)
EXPIRES = ISSUED + timedelta(days=7)


@pytest.mark.parametrize(
    ("revoked", "state"), [(False, LinkState.ACTIVE), (True, LinkState.REVOKED)]
)
def test_a_link_comes_back_with_its_shop(
    shop: Shop, redis_client: Redis, state: LinkState, *, revoked: bool
) -> None:
    link_id, states = shop.issue(at=ISSUED, revoked=revoked), LinkStateStore(redis_client)
    restore.restore_link(shop.engine, states, shop.cache, RestoreLink(shop.tenant_id, link_id))
    assert states.read([LinkRef(shop.tenant_id, link_id, EXPIRES)]) == [state]
    told = redis_client.get(tenant_names.key(shop.tenant_id))
    assert isinstance(told, bytes)
    assert tenant_names.parse(told) == tenant_names.TenantName("A shop", "Europe/Berlin")


def test_its_brand_comes_back_before_it_opens(shop: Shop, redis_client: Redis) -> None:
    brand = BrandStore(TenantDb(shop.engine, shop.tenant_id), redis_client)
    brand.set_texts({"name": "Fjordhaus"}, author=COMMAND_LINE, at=ISSUED)
    brand.set_logo(logo_picture(), author=COMMAND_LINE, at=ISSUED)
    names = [brands.key(shop.tenant_id), brands.logo_key(shop.tenant_id)]
    before = redis_client.mget(names)
    redis_client.flushdb()
    link_id, states = shop.issue(at=ISSUED), LinkStateStore(redis_client)
    restore.restore_link(shop.engine, states, shop.cache, RestoreLink(shop.tenant_id, link_id))
    assert None not in before
    assert redis_client.mget(names) == before
    redis_client.flushdb()
    data_version.tell(shop.engine, shop.cache, shop.tenant_id)
    assert redis_client.mget(names) == before, "whoever looks at the shop's data tells it, too"


def test_a_link_that_no_ledger_knows_names_no_shop(shop: Shop, redis_client: Redis) -> None:
    states, link_id = LinkStateStore(redis_client), uuid4()
    restore.restore_link(shop.engine, states, shop.cache, RestoreLink(shop.tenant_id, link_id))
    assert states.read([LinkRef(shop.tenant_id, link_id, EXPIRES)]) == [LinkState.REVOKED]
    assert redis_client.get(tenant_names.key(shop.tenant_id)) is None


def test_another_tenants_link_is_unknown(make_shop, redis_client: Redis) -> None:
    mine, theirs = make_shop(), make_shop()
    link_id, states = theirs.issue(at=ISSUED), LinkStateStore(redis_client)
    restore.restore_link(mine.engine, states, mine.cache, RestoreLink(mine.tenant_id, link_id))
    assert states.read([LinkRef(mine.tenant_id, link_id, EXPIRES)]) == [LinkState.REVOKED]


def test_what_a_link_shows_comes_back_with_it(shop: Shop, redis_client: Redis) -> None:
    link_id, states = shop.issue(at=ISSUED, kind="live"), LinkStateStore(redis_client)
    restore.restore_link(shop.engine, states, shop.cache, RestoreLink(shop.tenant_id, link_id))
    data = redis_client.get(state_key(shop.tenant_id, link_id))
    assert isinstance(data, bytes)
    known = parse_link(data, epoch=states.epoch(shop.tenant_id))
    assert known == KnownLink(LinkState.ACTIVE, LinkOptions(live=Period.WEEK))
