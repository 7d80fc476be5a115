"""What was kept long enough is forgotten, of every shop, and nothing that still counts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import DBAPIError
from tests.integration.worker.conftest import Shop
from tests.support.lock_waits import overtaken

from common.db.api_keys import ApiKey
from common.db.audit import COMMAND_LINE, Action, AuditEntry, record
from common.db.idempotency import IdempotencyKey
from common.db.imports import Import, ImportChunk
from common.db.invitations import Invitation
from common.db.metadata import Model
from common.db.shares import DAILY_VIEWS_KEPT, DailyViews, Share, ViewBatch
from common.db.tenancy import Access, transaction
from worker.operations import retention
from worker.settings import Kept

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
KEPT = Kept(audit=100, views=7, shares=20, imports=30, access=40)
AGES = {AuditEntry: 100, ViewBatch: 7, Share: 20, Import: 30, ApiKey: 40, Invitation: 40}
MODELS: tuple[type[Model], ...] = (*AGES, IdempotencyKey)


def rows_of(tenant_id: int, over: datetime) -> dict[type[Model], dict[str, Any]]:
    """A row of each kind that was over then."""
    mine = {"tenant_id": tenant_id}
    began = {"created_at": over - DAY, "maker": "m", "digest": uuid4().bytes * 2}
    return {
        ViewBatch: mine | {"id": uuid4(), "received_at": over},
        Share: mine
        | {
            "id": uuid4(), "link_id": uuid4(), "key_id": "k", "report": "revenue-overview",
            "period": "7d", "window_from": over - 9 * DAY, "window_to": over - 2 * DAY,
            "issued_at": over - DAY, "expires_at": over,
        },
        Import: mine
        | {"id": uuid4(), "state": "failed", "format": "own", "created_at": over - DAY,
           "finished_at": over},
        ApiKey: mine | began | {"id": uuid4(), "name": "n", "scopes": [], "expires_at": over},
        Invitation: mine | began
        | {"id": uuid4(), "email": "a@example.com", "role": "viewer", "expires_at": NOW + DAY,
           "used_at": over},
        IdempotencyKey: mine
        | {"key": uuid4().hex, "digest": b"d", "answer": {}, "created_at": over},
    }  # fmt: skip


def enter(shop: Shop, model: type[Model], ago: timedelta) -> None:
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        if model is AuditEntry:
            record(session, shop.tenant_id, Action.SHARING_ON, COMMAND_LINE, at=NOW - ago)
        else:
            session.execute(insert(model).values(rows_of(shop.tenant_id, NOW - ago)[model]))


def counts(shop: Shop) -> dict[type[Model], int]:
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        return {
            model: session.scalar(select(func.count()).select_from(model)) or 0 for model in MODELS
        }


@pytest.fixture
def forget(service_engine: Engine, redis_client: Redis) -> Callable[..., int]:
    def forget(kept: Kept = KEPT, now: datetime = NOW, **given: int) -> int:
        return retention.forget_old(service_engine, redis_client, kept, now=now, **given)

    return forget


def test_what_is_older_than_its_time_goes_and_the_rest_stays(
    make_shop: Callable[..., Shop], forget: Callable[..., int]
) -> None:
    shops = [make_shop(), make_shop()]
    for shop in shops:
        for model, days in (AGES | {IdempotencyKey: 1}).items():
            for ago in (days * DAY + DAY / 2, days * DAY - DAY / 2):
                enter(shop, model, ago)
        enter(shop, Share, -DAY)
        live = rows_of(shop.tenant_id, NOW - 300 * DAY)[Share]
        ended = live | {"expires_at": NOW + DAY, "revoked_at": NOW - 299 * DAY}
        with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
            session.execute(insert(Share).values(ended))
    assert forget() == 2 * len(MODELS)
    left = dict.fromkeys(MODELS, 1) | {Share: 3}
    assert [counts(shop) for shop in shops] == [left, left]


@pytest.mark.parametrize(
    ("state", "checked", "ago", "stay"),
    [
        ("succeeded", True, DAY * 1.1, 0),
        ("succeeded", True, DAY * 0.9, 1),
        ("running", True, None, 1),
        ("queued", False, None, 1),
    ],
)
def test_files_of_a_check_that_nobody_imports_go_after_a_day(
    make_shop: Callable[..., Shop],
    forget: Callable[..., int],
    state: str,
    checked: bool,
    ago: timedelta | None,
    stay: int,
) -> None:
    shop, import_id = make_shop(), uuid4()
    mine = {"tenant_id": shop.tenant_id}
    piece = mine | {"import_id": import_id, "file": "orders", "number": 0, "content": b"x"}
    row = mine | {
        "id": import_id, "state": state, "format": "own", "checked": checked,
        "created_at": NOW - 2 * DAY, "finished_at": None if ago is None else NOW - ago,
    }  # fmt: skip
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        session.execute(insert(Import).values(row))
        session.execute(insert(ImportChunk).values(piece))
    assert forget() == 1 - stay
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        assert session.scalar(select(func.count()).select_from(ImportChunk)) == stay
        assert session.scalar(select(func.count()).select_from(Import)) == 1


@pytest.mark.parametrize("days", [2, 31])
def test_a_check_that_is_imported_meanwhile_keeps_its_row_and_its_files(
    make_shop: Callable[..., Shop], forget: Callable[..., int], days: int
) -> None:
    shop, import_id = make_shop(), uuid4()
    mine = {"tenant_id": shop.tenant_id}
    row = mine | {
        "id": import_id, "state": "succeeded", "format": "own", "checked": True,
        "created_at": NOW - 40 * DAY, "finished_at": NOW - days * DAY,
    }  # fmt: skip
    piece = mine | {"import_id": import_id, "file": "orders", "number": 0, "content": b"x"}
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        session.execute(insert(Import).values(row))
        session.execute(insert(ImportChunk).values(piece))
    queued = update(Import).values(checked=False, state="queued", finished_at=None)
    assert overtaken(shop.engine, shop.tenant_id, queued, forget) == 0
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        assert session.scalar(select(func.count()).select_from(ImportChunk)) == 1


@pytest.mark.parametrize("model", [Import, Share])
def test_what_is_brought_back_while_it_is_forgotten_stays(
    make_shop: Callable[..., Shop], forget: Callable[..., int], model: type[Import | Share]
) -> None:
    shop = make_shop()
    enter(shop, model, 50 * DAY)
    column = "finished_at" if model is Import else "expires_at"
    back = update(model).values({column: NOW + DAY})
    assert overtaken(shop.engine, shop.tenant_id, back, forget) == 0
    assert counts(shop)[model] == 1


def test_days_that_are_not_shown_any_more_are_forgotten_and_their_links_stay(
    make_shop: Callable[..., Shop], forget: Callable[..., int]
) -> None:
    shops = [make_shop(), make_shop()]
    today = NOW.date()
    for shop in shops:
        for link in (shop.issue(at=NOW), shop.issue(at=NOW)):
            mine = {"tenant_id": shop.tenant_id, "link_id": link, "views": 3}
            ages = (0, DAILY_VIEWS_KEPT - 1, DAILY_VIEWS_KEPT + 1, 200)
            days = [mine | {"day": today - age * DAY} for age in ages]
            with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
                session.execute(insert(DailyViews), days)
    assert forget() == 8
    for shop in shops:
        with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
            left = session.scalars(select(DailyViews.day)).all()
        assert min(left) == today - (DAILY_VIEWS_KEPT - 1) * DAY
        assert len(left) == 4
        assert counts(shop)[Share] == 2


def test_recent_entries_of_the_audit_log_are_nobodys_to_forget(
    shop: Shop, forget: Callable[..., int]
) -> None:
    for days in (91, 89, 1):
        enter(shop, AuditEntry, days * DAY)
    everything = Kept(audit=0, views=1, shares=1, imports=1, access=1)
    assert forget(everything) == 1
    assert counts(shop)[AuditEntry] == 2


def test_a_round_ends_after_its_batches_and_the_next_goes_on(
    make_shop: Callable[..., Shop],
    forget: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    shops = [make_shop() for _ in range(3)]
    for shop in shops:
        for _ in range(5):
            enter(shop, ViewBatch, 9 * DAY)
    rounds: list[int] = []
    while (done := forget(batches=2)) or not rounds:
        rounds.append(done)
        assert done <= 4, "two batches"
    assert sum(rounds) == 15
    assert [counts(shop)[ViewBatch] for shop in shops] == [0, 0, 0]
    enter(shops[0], ViewBatch, 9 * DAY)
    assert forget() == 0, "once a day"
    assert forget(now=NOW + DAY) == 1


def test_many_shops_are_gone_through_in_rounds(
    make_shop: Callable[..., Shop],
    forget: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retention, "TENANTS_AT_ONCE", 2)
    shops = [make_shop() for _ in range(5)]
    for shop in shops:
        enter(shop, ViewBatch, 9 * DAY)
    assert [forget() for _ in range(4)] == [2, 2, 1, 0]


def test_a_shop_that_cannot_be_cleaned_keeps_no_other_waiting(
    make_shop: Callable[..., Shop], forget: Callable[..., int]
) -> None:
    first, second = make_shop(), make_shop()
    for shop in (first, second):
        enter(shop, Share, 29 * DAY)
    with transaction(first.engine, Access(tenant_id=first.tenant_id)) as session:
        session.scalars(select(Share).with_for_update()).one()
        with pytest.raises(DBAPIError):
            forget()
        assert forget() == 1
    assert [counts(each)[Share] for each in (first, second)] == [1, 0]
    assert forget(now=NOW + DAY) == 1, "tomorrow"
