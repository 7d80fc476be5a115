"""Refund states: what the words of a state tell of money that came back, however they are spelled.

Platforms spell their own (`partially_refunded`), their pages and plug-ins have others (`Partial
refund`, `Refund issued`), and so do the languages of their admins. The rule is one for all: words
of money that came back, unless others say that it has not yet; of a part, where a word says so.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"[^\W_]+")
_BACK: Final = re.compile(
    r"\b(?:teil)?(?:refund(?!able)|reimburs|paid back|money back|charge ?back|charged back"
    r"|erstattet|rückerstattet|zurückerstattet|rembours|reembols|rimbors|terugbetaald|zwróc)"
    r"|返金|退款|הוחזר"
)
_PART: Final = re.compile(r"\b(?:part|teil|parc|parz|gedeel|częśc|חלק)|一部|部分")
_NOT_BACK: Final = re.compile(
    r"\b(?:not|no|non|nicht|pas|niet|nie|não|pending|request\w*|fail\w*|declin\w*|reject\w*"
    r"|denied|cancel\w*|await\w*|processing|progress|process|needs?|open|won|revers\w*"
    r"|ausstehend|angefragt)\b|未"
)
_DISPUTE: Final = re.compile(r"\b(?:disputed?|chargebacks?|charge back|charged back)\b")


class MoneyBack(NamedTuple):
    """That a state tells of money that came back; ``whole`` unless it says that a part did."""

    whole: bool


def plain(text: str | None) -> str:
    """The words of a state in lower case, with a space between two of them."""
    written = unicodedata.normalize("NFC", text or "")
    return " ".join(_WORD.findall(written.lower()))


@lru_cache(maxsize=256)
def told_back(text: str | None) -> MoneyBack | None:
    """What a state tells of money that came back; None where it tells of none."""
    words = plain(text)
    if _BACK.search(words) is None or _NOT_BACK.search(words):
        return None
    return MoneyBack(whole=_PART.search(words) is None)


def back_called(text: str | None, part: str) -> str | None:
    """A state that tells of money that came back as platforms call it: `refunded`, or as ``part``
    of it is called; None of another.
    """
    told = told_back(text)
    if told is None:
        return None
    return "refunded" if told.whole else part


def dispute_in(text: str | None) -> str | None:
    """How a dispute ended that a state tells of, as ``needs_response``: empty where it does not
    say, None where it tells of no dispute. What was charged back is lost.
    """
    words = plain(text)
    if _DISPUTE.search(words) is None:
        return None
    lost = "lost" if "charged back" in words else ""
    return "_".join(_DISPUTE.sub(" ", words).split()) or lost
