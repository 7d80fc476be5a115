"""A shop whose platform tells of its orders, and what its ledger has of them."""

from itertools import count
from typing import Any

from sqlalchemy import Engine, text
from tests.support import inboxes

from accounts.provisioning import create_tenant
from common.db.tenancy import Access, transaction
from ingest.webhooks.work import work_off

_numbers = count(1)


class WebhookShop:
    """A new shop in euros with a connection to ``platform``."""

    def __init__(self, engine: Engine, platform: str, timezone: str = "UTC") -> None:
        self.engine = engine
        slug = f"told-by-{platform}-{next(_numbers)}"
        self.id = create_tenant(engine, slug=slug, name=slug, currency="EUR", timezone=timezone)
        self.connection = inboxes.connect(engine, self.id, platform)
        self._heard = 0

    def hear(self, *told: tuple[str, dict[str, Any]]) -> None:
        """Topics with what they told, one after the other, worked off: all could be read."""
        events = [(topic, f"heard-{next(_numbers)}", each) for topic, each in told]
        inboxes.put(self.engine, self.id, self.connection, events)
        work_off(self.engine, self.id)
        self._heard += len(told)
        assert inboxes.states_of(self.engine, self.id) == {"done": self._heard}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a statement finds of the shop."""
        with transaction(self.engine, Access(tenant_id=self.id)) as session:
            return [tuple(row) for row in session.execute(text(query))]
