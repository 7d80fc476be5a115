"""Retention: forgets what was kept long enough, of one tenant after the other.

Once a day all tenants are gone through, so many rows in a round; how far it has come is noted in
Redis. Each tenant's rows are deleted in transactions of its own, by row-level security, in batches
that hold no lock for long and wait for none for longer than a second. What a link, a key or an
invitation still does is never touched: they are forgotten days after their end.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from redis import Redis
from sqlalchemy import ColumnElement, Engine, delete, func, select, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from common.db.across import rows_of_all
from common.db.api_keys import ApiKey
from common.db.idempotency import KEPT, IdempotencyKey
from common.db.imports import Import
from common.db.invitations import Invitation
from common.db.metadata import Model
from common.db.rounds import Round
from common.db.shares import DAILY_VIEWS_KEPT, DailyViews, Share, ViewBatch
from common.db.tenancy import Access, TenantSession, transaction
from worker.operations import checked_files
from worker.settings import Kept

TASK: Final = "retention.forget"
EVERY_SECONDS: Final = 300
NOTE: Final = "analytics:retention"
BATCH: Final = 1000
BATCHES_A_ROUND: Final = 200
TENANTS_AT_ONCE: Final = 1000
_DONE: Final = "done"

_TENANTS: Final = text("SELECT tenant_id FROM tenants_after(:after, :most)")


class _Rule(NamedTuple):
    """Rows of ``table`` that were ``over`` so many days ago are forgotten, by ``key``.

    The key is what a row has beside its tenant's id.
    """

    table: type[Model]
    key: tuple[InstrumentedAttribute[Any], ...]
    over: ColumnElement[Any]
    days: int


_CHECKED_FILES_DAYS: Final = 1
"""How long the files of a check wait for being imported."""


def _rules(kept: Kept) -> tuple[_Rule, ...]:
    key_over = func.least(ApiKey.expires_at, ApiKey.revoked_at)
    asked = (Invitation.expires_at, Invitation.used_at, Invitation.revoked_at)
    return (
        _Rule(ViewBatch, (ViewBatch.id,), _column(ViewBatch.received_at), kept.views),
        _Rule(
            DailyViews,
            (DailyViews.link_id, DailyViews.day),
            _column(DailyViews.day),
            DAILY_VIEWS_KEPT,
        ),
        _Rule(Share, (Share.id,), _column(Share.expires_at), kept.shares),
        _Rule(Import, (Import.id,), _column(Import.finished_at), kept.imports),
        _Rule(ApiKey, (ApiKey.id,), key_over, kept.access),
        _Rule(Invitation, (Invitation.id,), func.least(*asked), kept.access),
        _Rule(
            IdempotencyKey,
            (IdempotencyKey.key,),
            _column(IdempotencyKey.created_at),
            KEPT.days,
        ),
    )


def _column(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    return column.expression


_WAIT_BRIEFLY: Final = text("SET LOCAL lock_timeout = '1s'")
_AUDIT: Final = text("SELECT forget_audit_entries(:before, :most)")

_log = logging.getLogger(__name__)


class _Spent(Exception):  # noqa: N818 - no error: the round is over
    """As many batches as a round has were deleted."""


@dataclass(slots=True)
class _Round:
    engine: Engine
    kept: Kept
    now: datetime
    left: int
    forgotten: int = 0

    def forget(self, tenant_id: int) -> None:
        """Forget what is old of a tenant.

        Raises:
            _Spent: there may be more.
        """
        self._all(tenant_id, self._forget_audit)
        self._all(tenant_id, partial(self._forget_checked_files, tenant_id))
        for rule in _rules(self.kept):
            self._all(tenant_id, partial(self._forget_rows, tenant_id, rule))

    def _all(self, tenant_id: int, batch: Callable[[TenantSession], int]) -> None:
        """One batch after the other, each in a transaction of the tenant's own."""
        count = BATCH
        while count == BATCH:
            with transaction(self.engine, Access(tenant_id=tenant_id)) as session:
                session.execute(_WAIT_BRIEFLY)
                count = batch(session)
            self.forgotten += count
            if count:
                self.left -= 1
            if self.left <= 0:
                raise _Spent

    def _forget_audit(self, session: TenantSession) -> int:
        given = {"before": self._before(self.kept.audit), "most": BATCH}
        return session.scalar(_AUDIT, given) or 0

    def _forget_checked_files(self, tenant_id: int, session: TenantSession) -> int:
        ended = Import.finished_at < self._before(_CHECKED_FILES_DAYS)
        return checked_files.let_go(session, tenant_id, ended)

    def _forget_rows(self, tenant_id: int, rule: _Rule, session: TenantSession) -> int:
        """Forget a batch; what another has brought back meanwhile is seen again, and stays."""
        is_old = (
            rule.table.__table__.c.tenant_id == tenant_id,
            rule.over < self._before(rule.days),
        )
        old = select(*rule.key).where(*is_old).limit(BATCH)
        deleted = delete(rule.table).where(*is_old, tuple_(*rule.key).in_(old))
        return len(session.execute(deleted.returning(*rule.key)).all())

    def _before(self, days: int) -> datetime:
        return self.now - timedelta(days=days)


def forget_old(
    engine: Engine, redis: Redis, kept: Kept, *, now: datetime, batches: int = BATCHES_A_ROUND
) -> int:
    """Forget what is old of the next tenants of today; how many rows.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer; the next round goes on.
        redis.RedisError: Redis did not answer; likewise.
    """
    after = _noted(redis, now.date())
    if after is None:
        return 0
    given = {"after": after, "most": TENANTS_AT_ONCE}
    rows = rows_of_all(engine, _TENANTS, given)
    tenants = sorted({row.tenant_id for row in rows})[:TENANTS_AT_ONCE]
    this, one_by_one = _Round(engine, kept, now, batches), Round(engine)
    reached: int | str = after
    try:
        for tenant_id in tenants:
            reached = tenant_id  # one that fails is passed over until tomorrow
            one_by_one.work(tenant_id, partial(this.forget, tenant_id))
        if len(tenants) < TENANTS_AT_ONCE:
            reached = _DONE
    except _Spent:
        reached = tenant_id - 1  # there may be more of it
    finally:
        redis.set(NOTE, f"{now.date().isoformat()} {reached}")
    if this.forgotten:
        _log.info("old rows were forgotten", extra={"rows": this.forgotten})
    return this.forgotten


def _noted(redis: Redis, today: date) -> int | None:
    """After which tenant today's goes on; None when all were seen."""
    known = redis.get(NOTE)
    told = known.decode("ascii", "replace") if isinstance(known, bytes) else ""
    day, _, reached = told.partition(" ")
    if day != today.isoformat():
        return 0
    if reached == _DONE:
        return None
    return int(reached) if reached.isdigit() else 0
