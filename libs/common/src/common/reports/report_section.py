"""Sections of a report type: which there are, and what else shows what one of them shows."""

from dataclasses import dataclass

from common.reports.document.metrics import Figure


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A section by the key and title that its documents have.

    ``rows``: the CSV's rows are its own, so that whoever hides it hides the CSV. ``columns`` are
    what the CSV has of it alone. ``best``: what stands out in the headline is of it. ``part_of`` is
    the section whose rows it sums: whoever hides that hides it, too. One ``of_costs`` is there only
    for links that show what goods cost.
    """

    key: str
    title: str
    rows: bool = False
    columns: tuple[Figure, ...] = ()
    best: bool = False
    part_of: str = ""
    of_costs: bool = False
