"""What a link leaves out of its report: choices of the form, and how a link's are told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from common.db.shares import Share
from common.i18n import report_words
from common.reports import registry
from common.reports.redaction import CSV, MARGIN, MONEY, Redaction
from share_api.console.views.choice import Choice
from share_api.console.visit import Visit
from sharing.boards import reports_of
from sharing.hiding import hidden_by, normalised


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """The sections of a report, of its slug and title."""

    report: str
    title: str
    sections: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class HidingChoices:
    """What may be left out of any report, and of each; ``chosen`` are values of the choices.

    ``shown`` is what is left out unless it is chosen. A section's value is ``<report>.<section>``:
    that of another report than the link's is nothing. On a board it is hidden in every report that
    has it.
    """

    of_any: Sequence[Choice] = ()
    of_each: Sequence[ReportChoices] = ()
    shown: Sequence[Choice] = ()
    chosen: Sequence[str] = ()

    def redaction(self, report: str, others: Sequence[str] = ()) -> Redaction:
        """What is chosen to be left out of ``report``, on a board with ``others``."""
        return normalised(report, redaction_of((report, *others), self.chosen))


def redaction_of(reports: Iterable[str], chosen: Iterable[str]) -> Redaction:
    """What values of the form leave out of a link's ``reports``."""
    values = tuple(dict.fromkeys(chosen))
    sections = [
        each.removeprefix(f"{report}.")
        for report in reports
        for each in values
        if each.startswith(f"{report}.")
    ]
    return Redaction(
        sections=tuple(dict.fromkeys(each for each in sections if each != MARGIN)),
        csv=CSV in values,
        money=MONEY in values,
        margin=MARGIN in sections,
    )


def values_of(share: Share) -> list[str]:
    """What a link leaves out, as values of the form."""
    hidden = hidden_by(share)
    sections = [f"{report}.{key}" for report in reports_of(share) for key in hidden.sections]
    sections += [f"{report}.{MARGIN}" for report in reports_of(share) if hidden.margin]
    return [*([CSV] if hidden.csv else ()), *([MONEY] if hidden.money else ()), *sections]


def hiding_choices(visit: Visit, chosen: Sequence[str]) -> HidingChoices:
    """The choices in the reader's words."""
    text = visit.words.text
    index = text("an index instead: net sales of the period = 100")
    of_any = (
        Choice(CSV, text("The CSV")),
        Choice(MONEY, text("Amounts of money"), index),
    )
    of_each = tuple(
        ReportChoices(
            each.slug,
            text(each.title),
            tuple(
                Choice(f"{each.slug}.{key}", title)
                for key, title in _titles(visit, each.slug).items()
                if key not in _of_costs(each.slug)
            ),
        )
        for each in registry.implemented()
    )
    margins = tuple(
        Choice(f"{each.slug}.{MARGIN}", text("Show margins"), text(each.title))
        for each in registry.implemented()
        if any(section.of_costs for section in each.sections)
    )
    return HidingChoices(of_any, of_each, margins, chosen)


def hiding_traits(visit: Visit, share: Share) -> tuple[str, ...]:
    """What a link leaves out, in the reader's words."""
    text, hidden = visit.words.text, hidden_by(share)
    titles = {
        key: title for report in reports_of(share) for key, title in _titles(visit, report).items()
    }
    left_out = ", ".join(titles.get(key, key) for key in hidden.sections)
    return (
        *((text("With margins"),) if hidden.margin else ()),
        *((text("Amounts indexed"),) if hidden.money else ()),
        *((text("Without %(sections)s", sections=left_out),) if left_out else ()),
        *((text("Without CSV"),) if hidden.csv else ()),
    )


def _titles(visit: Visit, report: str) -> dict[str, str]:
    """The sections of a report by their keys, as its pages call them."""
    words = report_words.formatter_of(visit.words.locale)
    definition = registry.REPORTS.get(report)  # a link may be of a type that is gone
    sections = () if definition is None else definition.sections
    return {each.key: words.text(each.title) for each in sections}


def _of_costs(report: str) -> set[str]:
    """The sections of a report that are left out unless margins are to be shown."""
    return {each.key for each in registry.find(report).sections if each.of_costs}


NONE: Final = HidingChoices()
"""Nothing to choose."""
