"""Refund states: what the words of a state tell of money that came back, however they are spelled.

Platforms spell their own (`partially_refunded`), their pages and plug-ins have others (`Partial
refund`, `Refund issued`), and so do the languages of their admins. The rule is one for all: a form
that is finished (`refunded`) and not denied right beside it, or the noun with nothing but how much;
a part came back where a word says so. What else a state tells denies nothing (`Cancelled and
refunded`), and a noun with anything else is no refund yet (`Refund requested`).
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from ingest.formats.refund_words import BY_LANGUAGE, RefundWords

_WORD: Final = re.compile(r"[^\W_]+")
_LETTER: Final = "[0-9a-zß-ɏא-ת]"
"""Of scripts that put spaces between words; others have none."""
_LONGEST: Final = 200
"""Characters of a state; what is longer is text, of which the beginning is looked at."""


def _any(*names: str) -> str:
    """Any word of these kinds, of any language: `não reembolsado` is Spanish but for one word."""
    found = [getattr(words, name) for words in BY_LANGUAGE.values() for name in names]
    return _whole("|".join(filter(None, found)))


def _whole(pattern: str) -> str:
    return f"(?<!{_LETTER})(?:{pattern})(?!{_LETTER})"


def _done(words: RefundWords) -> str:
    between = _whole(f"{words.part}|{words.whole}|was|has|been")
    return f"(?:{words.noun}) ?(?:{between} ?)*(?:{words.done})"


_NOUN: Final = _any("noun")
_DONE: Final = _any("finished") + "|" + _whole("|".join(map(_done, BY_LANGUAGE.values())))
_OF_A_NOUN: Final = _any("noun", "part", "whole")
# Languages share words, which could be taken in many ways: what a loop took it keeps.
_BETWEEN: Final = "(?: ?" + _any("between", "part", "whole") + ")*+ ?"
_NOT: Final = _any("denied")
_FINISHED: Final = re.compile(_DONE)
_ALONE: Final = re.compile(f"(?=.*{_NOUN})(?:{_OF_A_NOUN} ?)++")
_PART: Final = re.compile(_any("part"))
_DENIED: Final = re.compile(f"{_NOT}{_BETWEEN}$")
_DENIED_BEHIND: Final = re.compile(_BETWEEN + _any("denied_behind"))
_NO_DISPUTE: Final = r"\b(?:not|no|non|never|without)(?: (?:yet|been|a|any))* "
_A_DISPUTE: Final = r"\b(?:disputed?|disputes|chargebacks?|charge back|charged back)\b"
_DISPUTE: Final = re.compile(_A_DISPUTE)
_DISPUTE_DENIED: Final = re.compile(_NO_DISPUTE + _A_DISPUTE)


class MoneyBack(NamedTuple):
    """That a state tells of money that came back; ``whole`` unless it says that a part did."""

    whole: bool


def plain(text: str | None) -> str:
    """The words of a state in lower case, with a space between two of them."""
    written = unicodedata.normalize("NFC", (text or "")[:_LONGEST])
    return " ".join(_WORD.findall(written.lower()))


@lru_cache(maxsize=256)
def told_back(text: str | None) -> MoneyBack | None:
    """What a state tells of money that came back; None where it tells of none."""
    words = plain(text)
    if not _finished(words) and _ALONE.fullmatch(words) is None:
        return None
    return MoneyBack(whole=_PART.search(words) is None)


def _finished(words: str) -> bool:
    return any(
        _DENIED.search(words[: found.start()]) is None
        and _DENIED_BEHIND.match(words[found.end() :]) is None
        for found in _FINISHED.finditer(words)
    )


def back_called(text: str | None, part: str) -> str | None:
    """A state that tells of money that came back as platforms call it: `refunded`, or as ``part``
    of it is called; None of another.
    """
    told = told_back(text)
    if told is None:
        return None
    return "refunded" if told.whole else part


def no_dispute(text: str | None) -> bool:
    """Whether a state tells that there was no dispute."""
    return _DISPUTE_DENIED.search(plain(text)) is not None


def dispute_in(text: str | None) -> str | None:
    """How a dispute ended that a state tells of, as ``needs_response``: empty where it does not
    say, None where it tells of no dispute. What was charged back is lost.
    """
    words = plain(text)
    if _DISPUTE.search(words) is None or no_dispute(text):
        return None
    lost = "lost" if "charged back" in words else ""
    return "_".join(_DISPUTE.sub(" ", words).split()) or lost
