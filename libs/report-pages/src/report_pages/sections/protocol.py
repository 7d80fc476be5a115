"""Section protocol: what the page asks of each kind of section, with the answers of a plain one."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import msgspec

from report_pages.formatting import DocumentFormatter


class Defined(Protocol):
    """A metric that the page defines: a series, a column, a step."""

    @property
    def key(self) -> str:
        """Its name in the CSV."""
        ...

    @property
    def label(self) -> str:
        """Its name on the page, in English."""
        ...

    @property
    def definition(self) -> str:
        """What it means, in English."""
        ...


S = TypeVar("S", bound=msgspec.Struct)


class SectionView(ABC, Generic[S]):
    """How the sections of one kind are shown; ``section`` is their class in documents.

    What ``sums_up`` the section above it stands between that section and its tables.
    """

    section: ClassVar[type[msgspec.Struct]]
    sums_up: ClassVar[bool] = False

    @abstractmethod
    def metrics(self, section: S) -> Sequence[Defined]:
        """What the section shows, for the page's list of definitions."""

    def labels(self, section: S, figures: DocumentFormatter) -> tuple[str, ...]:
        """The names along the section, as its reader sees them; none for a kind without."""
        del section, figures
        return ()

    def legend(self, section: S) -> int:
        """How many entries the legend of its chart has at first; 0 for none."""
        del section
        return 0

    def rows(self, section: S) -> str:
        """How much room horizontal bars need; empty for what is as high with any number."""
        del section
        return ""

    def is_worth_a_chart(self, section: S) -> bool:
        """Whether there is more than one thing for a picture to compare."""
        del section
        return True

    def summary(self, section: S, figures: DocumentFormatter) -> str:
        """What the section shows, in a sentence; empty where there is nothing to tell."""
        del section, figures
        return ""

    def chart_data(self, section: S, figures: DocumentFormatter) -> dict[str, Any] | None:
        """What ``chart.js`` draws it from, beside kind, key and title; None for no chart."""
        del section, figures
        return None


def is_compared(previous: Sequence[int | None] | None) -> bool:
    """Whether there is a figure of the days compared with."""
    return any(value is not None for value in previous or ())


def entries(drawn: Sequence[Any]) -> int:
    """The entries of a legend of these series; a single one needs no legend."""
    count = len(drawn) + sum(is_compared(each.previous) for each in drawn)
    return count if count > 1 else 0
