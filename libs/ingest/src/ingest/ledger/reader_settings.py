"""What a source of sales is read by: the tenant's settings, which a load finds as they were.

A source is opened before its load holds the ledger's lock. A zone or a currency that is set in
between would have been read by the old one, so the load compares them once it holds the lock.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from common.db.accounts import GiftCards, Tenant


@dataclass(frozen=True, slots=True)
class Basis:
    """A tenant's ``currency`` (ISO 4217), ``timezone`` (IANA) and what gift cards are to it."""

    currency: str
    timezone: str
    gift_cards: GiftCards

    def gift_cards_are_sales(self, *, by_default: bool) -> bool:
        """Whether a gift card that was sold counts as goods; ``by_default`` is the source's."""
        if self.gift_cards is GiftCards.PLATFORM:
            return by_default
        return self.gift_cards is GiftCards.SALE


class BasisChangedError(Exception):
    """The tenant's settings are no longer those that its sales were read by: read them again."""

    def __init__(self, read_by: Basis, now: Basis) -> None:
        super().__init__(
            "the shop's time zone, currency or gift cards were set while its sales were read:"
            " nothing was imported; import again"
        )
        self.read_by = read_by
        self.now = now


def basis_of(session: Session | Connection, tenant_id: int) -> Basis:
    """The tenant's settings as they are."""
    currency, timezone, gift_cards = session.execute(
        select(Tenant.currency, Tenant.timezone, Tenant.gift_cards).where(Tenant.id == tenant_id)
    ).one()
    return Basis(currency, timezone, GiftCards(gift_cards))


def require_same(connection: Connection, tenant_id: int, read_by: Basis | None) -> None:
    """Compare what sales were read by, if by anything, with what holds now; call it under the
    ledger's lock.

    Raises:
        BasisChangedError: they differ.
    """
    if read_by is not None and (now := basis_of(connection, tenant_id)) != read_by:
        raise BasisChangedError(read_by, now)
