"""Old entries of the audit log are the owner's to delete; recent ones are nobody's."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, create_engine, text
from tests.support.plain_owner import plainly_owned
from tests.support.servers import Servers

from common.db.audit import COMMAND_LINE, Action, record
from common.db.engine import psycopg_url
from common.db.tenancy import Access, transaction
from common.instants import now

FORGET = text("DELETE FROM audit_entries WHERE at < now() - interval '100 days'")
FORGET_ALL = text("DELETE FROM audit_entries")


@pytest.fixture
def plain_owner(servers: Servers) -> Iterator[Engine]:
    """An engine of a role that owns a migrated database and is no superuser."""
    with plainly_owned(servers) as url:
        engine = create_engine(psycopg_url(url))
        yield engine
        engine.dispose()


def test_the_owner_deletes_what_is_old_and_nothing_recent(plain_owner: Engine) -> None:
    with transaction(plain_owner, Access(tenant_id=1)) as session:
        session.execute(
            text(
                "INSERT INTO tenants (id, slug, name, currency, timezone)"
                " VALUES (1, 'acme', 'Acme', 'EUR', 'UTC')"
            )
        )
        for days in (400, 101, 89, 0):
            at = now() - timedelta(days=days)
            record(session, 1, Action.SHARING_ON, COMMAND_LINE, at=at)
    for forget, left in ((FORGET, 2), (FORGET_ALL, 2)):
        with plain_owner.begin() as connection:
            connection.execute(forget)
        with transaction(plain_owner, Access(tenant_id=1)) as session:
            assert session.scalar(text("SELECT count(*) FROM audit_entries")) == left
