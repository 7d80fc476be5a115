"""Booleans of CSV cells: ``true`` and ``false``, and what spreadsheets make of them.

A spreadsheet knows both and writes them in its own language: a German one saves ``FALSCH``, a
French one ``FAUX``.
"""

from collections.abc import Mapping
from typing import Final

_TRUE: Final = (
    "true 1 yes y wahr ja vrai oui verdadero sí vero verdadeiro sim waar prawda pravda doğru sant"
    " sand sann tosi igaz adevărat истина 真 是"
)
_FALSE: Final = (
    "false 0 no n falsch nein faux non falso não onwaar fałsz nepravda yanliş falskt falsk usann"
    " epätosi hamis fals ложь 偽 否"
)
_WORDS: Final[Mapping[str, bool]] = {
    spelled: value
    for words, value in ((_TRUE, True), (_FALSE, False))
    for word in words.split()
    for spelled in (word, word.upper().casefold())
}


def boolean(text: str) -> bool | None:
    """What a cell says; None where it is empty or is no word for either."""
    return _WORDS.get(text.strip().casefold())
