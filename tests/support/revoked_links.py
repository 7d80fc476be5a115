"""Links that the ledger alone knows as revoked."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import Engine, insert

from accounts.provisioning import create_tenant
from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.links.state import LinkRef

_LASTING: Final = datetime(2090, 1, 1, tzinfo=UTC)


def revoked_link(engine: Engine, slug: str, *, now: datetime) -> LinkRef:
    """A link of a new tenant, revoked an hour before ``now``."""
    tenant_id = create_tenant(engine, slug=slug, name="S", currency="EUR", timezone="UTC")
    link_id = uuid4()
    entry = {
        "tenant_id": tenant_id, "id": uuid4(), "link_id": link_id, "key_id": "k",
        "report": "revenue-overview", "period": "7d", "window_from": now - timedelta(days=7),
        "window_to": now, "issued_at": now - timedelta(days=8), "expires_at": _LASTING,
        "revoked_at": now - timedelta(hours=1),
    }  # fmt: skip
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        session.execute(insert(Share), [entry])
    return LinkRef(tenant_id, link_id, _LASTING)
