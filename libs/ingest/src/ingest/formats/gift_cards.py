"""Gift cards among goods: as a source states, or by their titles in the languages of shops' admins.

Sold, a card is a sale or a liability, as the shop has it. What is bought with one is goods like any
other: paid with a card that was a liability, it is the sale.
"""

import re
from typing import Final

LEFT_OUT = "gift cards are no sales here, but what is bought with them is; they were left out"
ALONE = (
    "nothing but gift cards, which are no sales here; the order is kept as one that was not paid"
)
COUNTED = "a gift card was sold; it counts as goods, and so does what is bought with it"
PAID_WITH = (
    "paid with a gift card, in part or whole; its goods count although gift cards count as sold"
)

_NAMES: Final = re.compile(
    r"gift[ -]?(card|certificate|voucher)|geschenk(gut)?(schein|karte)|carte[ -]cadeau"
    r"|ch[eè]que[ -]cadeau|tarjetas? (de )?regalo|carta regalo|buono regalo|cadeau(kaart|bon)"
    r"|vale[ -]presente|cartão[ -]presente|ギフト(カード|券)|(כרטיס|שובר) מתנה",
    re.IGNORECASE,
)
_NOT_THEMSELVES: Final = re.compile(
    r"holder|box|envelope|sleeve|umschlag|hülle|schachtel|pochette|sobre|busta", re.IGNORECASE
)


def is_card(title: str | None, stated: bool | None) -> bool:
    """Whether goods are a gift card: as ``stated``, else by their title."""
    return called_gift_card(title) if stated is None else stated


def called_gift_card(title: str | None) -> bool:
    """Whether goods of that title are a gift card, and not what one is put in."""
    text = title or ""
    return _NAMES.search(text) is not None and _NOT_THEMSELVES.search(text) is None
