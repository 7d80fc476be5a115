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
    r"gift[ -]?(card|certificate|voucher)"
    r"|geschenk(gut)?(schein|karte)|\b(wert|online|waren|einkaufs|e)?-?gutschein(karte)?\b"
    r"|carte[ -]cadeau|ch[eè]que[ -]cadeau|\bbon[ -](cadeau|d['’]achat)"
    r"|tarjetas? (de )?regalo|\b(vale|bono|cheque)[ -](de )?regalo|carta regalo|buono regalo"
    r"|(cadeau|kado)(kaart|bon)|(vale|cheque|cartão)[ -](presente|oferta|prenda)"
    r"|\b(karta|bon) (podarunkow|prezentow)[ay]|present-?kort|gavekort|lahjakort"
    r"|dárkov[ýá] (poukaz|karta)|ギフト(カード|券)|(כרטיס|שובר) מתנה|(礼品|礼物|禮品|禮物)卡",
    re.IGNORECASE,
)
_NOT_THEMSELVES: Final = re.compile(
    r"holder|box|envelope|sleeve|umschlag|hülle|schachtel|pochette|sobre|busta", re.IGNORECASE
)
_AMOUNT: Final = re.compile(r"([\W\d_]|\b(kr|zł|[A-Z]{3})\b)*")


def is_card(title: str | None, stated: bool | None, *, taxable: bool | None = None) -> bool:
    """Whether goods are a gift card: as ``stated``, else by their title.

    What a shop takes tax on is none, unless its title has nothing but the name and an amount: a
    stand for gift cards, or a voucher for one thing, which is taxed when it is sold.
    """
    if stated is not None:
        return stated
    called = called_gift_card(title)
    return called and (not taxable or _AMOUNT.fullmatch(_NAMES.sub("", title or "")) is not None)


def called_gift_card(title: str | None) -> bool:
    """Whether goods of that title are a gift card, and not what one is put in."""
    text = title or ""
    return _NAMES.search(text) is not None and _NOT_THEMSELVES.search(text) is None
