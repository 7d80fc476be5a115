"""What became of the orders' totals: explained, left out by rule, or not explained, by order."""

from dataclasses import dataclass

MOST_LISTED = 1000


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How the totals of an import's orders were explained; money in minor units.

    ``unexplained`` are the orders whose Total is not what their lines, discounts, shipping, tax,
    tips, duties and fees come to, with the difference, the first ``MOST_LISTED`` of
    ``unexplained_orders``. ``tips``, ``duties``, ``fees`` and ``gift_cards`` were charged and
    are no sales.
    """

    orders: int = 0
    unexplained_orders: int = 0
    unexplained: tuple[tuple[str, int], ...] = ()
    unexplained_amount: int = 0
    tips: int = 0
    duties: int = 0
    fees: int = 0
    gift_cards: int = 0


class Reconciliation:
    """Collects it, order by order."""

    def __init__(self) -> None:
        self._orders = self._tips = self._duties = self._fees = self._gift_cards = 0
        self._count = self._amount = 0
        self._listed: list[tuple[str, int]] = []

    def add(
        self,
        order: str,
        *,
        unexplained: int,
        tips: int = 0,
        duties: int = 0,
        fees: int = 0,
        gift_cards: int = 0,
    ) -> None:
        """Note an order, and what of its Total is not explained."""
        self._orders += 1
        self._tips += tips
        self._duties += duties
        self._fees += fees
        self._gift_cards += gift_cards
        if unexplained:
            self._count += 1
            self._amount += unexplained
            if len(self._listed) < MOST_LISTED:
                self._listed.append((order, unexplained))

    def result(self) -> Reconciled:
        """What has been collected."""
        return Reconciled(
            self._orders,
            self._count,
            tuple(self._listed),
            self._amount,
            self._tips,
            self._duties,
            self._fees,
            self._gift_cards,
        )
