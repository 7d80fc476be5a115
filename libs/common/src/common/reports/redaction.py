"""Redaction: what a link hides of its report, as its state, jobs and keys of the cache have it.

A worker leaves it out when it computes the report, so that a report with a redaction is another
report to the cache: no key, no job and no form of it is one of the report as a whole.
"""

import re
from collections.abc import Iterable
from typing import Final, Self

import msgspec

CSV: Final = "csv"
MONEY: Final = "money"
_SECTION: Final = "section."
MARGIN: Final = "with-margin"
_WORD: Final = re.compile(r"csv|money|with-margin|section\.[a-z][a-z0-9_-]{0,39}", re.ASCII)


class Redaction(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is hidden: sections by their keys, in the report's order; the rows as files (``csv``).

    With ``money`` amounts are indexed: net sales of the period are 100. What goods cost and what is
    earned by them is hidden, unless ``margin`` says that it is shown.
    """

    sections: tuple[str, ...] = ()
    csv: bool = False
    money: bool = False
    margin: bool = False

    def __bool__(self) -> bool:
        return self != NOTHING

    @property
    def words(self) -> tuple[str, ...]:
        """What is hidden, as the share ledger has it: one word each, in one order."""
        flags = ((self.csv, CSV), (self.money, MONEY), (self.margin, MARGIN))
        return (
            *(word for said, word in flags if said),
            *(f"{_SECTION}{key}" for key in self.sections),
        )

    @property
    def name(self) -> str:
        """What is hidden, as keys and jobs have it; empty for nothing."""
        return "+".join(self.words)

    @classmethod
    def of_words(cls, words: Iterable[str]) -> Self:
        """What ``words`` hide.

        Raises:
            ValueError: one of them hides what this version does not know.
        """
        told = tuple(words)
        if not all(map(_WORD.fullmatch, told)):
            raise ValueError(f"not known to be hidden: {told!r}")
        sections = (each for each in told if each.startswith(_SECTION))
        return cls(
            sections=tuple(each.removeprefix(_SECTION) for each in sections),
            csv=CSV in told,
            money=MONEY in told,
            margin=MARGIN in told,
        )

    @classmethod
    def parse(cls, name: str) -> Self:
        """What ``name`` hides.

        Raises:
            ValueError: it is no name of a redaction.
        """
        return cls.of_words(name.split("+")) if name else cls()


NOTHING: Final = Redaction()
"""A report as a whole."""
