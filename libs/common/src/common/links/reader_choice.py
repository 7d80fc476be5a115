"""Reader's choice: what a reader chose of a link, by the path below its token.

Each dimension has its own segment, in one order, and what was not chosen has none: which report of
the link's board, which days, what they are compared with. The link's options say what of it there
is to choose.
"""

from dataclasses import dataclass
from typing import Final

from common.links.ranges import ChosenRange, Range
from common.reports.comparison import Comparison


@dataclass(frozen=True, slots=True)
class ReaderChoice:
    """What was chosen; None is what the link shows by itself."""

    report: str | None = None
    days: ChosenRange | None = None
    against: Comparison | None = None

    @property
    def path(self) -> str:
        """Its segments, as they follow the token; empty where nothing was chosen."""
        named = (
            ("in", self.report),
            ("r", None if self.days is None else self.days.name),
            ("vs", self.against),
        )
        return "".join(f"/{segment}/{name}" for segment, name in named if name is not None)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is counted together: days of the calendar are one, whichever they are."""
        days = None if self.days is None else self.days.kind.value
        return tuple(each for each in (self.report, days, self.against) if each is not None)

    @property
    def names_days(self) -> bool:
        """Whether its days are such as one reader named: there are endlessly many."""
        return self.days is not None and self.days.kind is Range.CUSTOM


AS_SHARED: Final = ReaderChoice()
"""Nothing was chosen."""
