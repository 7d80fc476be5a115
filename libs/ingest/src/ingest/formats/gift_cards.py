"""Gift cards among goods: as a source states, or by their titles in the languages of shops' admins.

Sold, a card is a sale or a liability, as the shop has it. What is bought with one is goods like any
other: paid with a card that was a liability, it is the sale.
"""

import re
from functools import lru_cache
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
    r"|ch[eè]que[ -]cadeau|tarjetas? (de )?regalo|carta regalo|buono regalo|cadeau(kaart|bon)\b"
    r"|vale[ -]presente|cartão[ -]presente|ギフト(カード|券)|(כרטיס|שובר) מתנה",
    re.IGNORECASE,
)
_ALSO_OTHER: Final = re.compile(
    r"\b(wert|online|waren|einkaufs|e)?-?gutschein(e|karte)?\b|\bbon[ -](cadeau|d['’]achat)"
    r"|\b(vale|bono|cheque)[ -](de )?regalo|\bkado(kaart|bon)\b"
    r"|\b(vale|cheque|cartão)[ -](oferta|prenda)|\b(karta|bon) (podarunkow|prezentow)[ay]"
    r"|\b(present-?kort|gavekort|lahjakort\w+)\b|\bdárkov[ýáéy] (poukazy?|kart[ay])\b"
    r"|(礼品|礼物|禮品|禮物)卡",
    re.IGNORECASE,
)
"""Names of cards that stand in those of other goods as well: a coffee with one, a box for one."""
_NOT_THEMSELVES: Final = re.compile(
    r"holder|box|envelope|sleeve|umschlag|hülle|schachtel|halter|verpackung|pochette|sobre|busta",
    re.IGNORECASE,
)
_AMOUNT: Final = re.compile(r"([\W\d_]|\b((?i:kr|zł|eur|euros?)|[A-Z]{3})\b)*")


def is_card(title: str | None, stated: bool | None, *, taxable: bool | None = None) -> bool:
    """Whether goods are a gift card: as ``stated``, else by their title.

    What a shop takes tax on is none, unless its title has nothing but the name and an amount: a
    stand for gift cards, or a voucher for one thing, which is taxed when it is sold. A name that
    other goods have too is one alone so, or where the shop takes no tax.
    """
    return _is_called_card(title or "", taxable) if stated is None else stated


def called_gift_card(title: str | None) -> bool:
    """Whether goods of that title are a gift card, and not what one is put in."""
    return is_card(title, None)


@lru_cache(1024)
def _is_called_card(text: str, taxable: bool | None) -> bool:
    if _NOT_THEMSELVES.search(text) is not None:
        return False
    named, other = _NAMES.search(text), _ALSO_OTHER.search(text)
    alone = any(each and _AMOUNT.fullmatch(text.replace(each[0], "", 1)) for each in (named, other))
    return alone or (named is not None and not taxable) or (other is not None and taxable is False)
