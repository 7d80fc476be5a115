"""Gap notes: what a report's data does not know, in sentences beside the figures it touches.

Those of closed days that changed stand under a heading of their own, and mark no figure.
"""

from typing import NamedTuple

from common.i18n.gap_sentences import gap_sentence
from common.reports.document.gaps import UNKNOWN, DataGap, beside_of, rule_of
from common.reports.document.metrics import Unit
from common.reports.document.schema import Days
from report_pages.formatting import DocumentFormatter


class GapNote(NamedTuple):
    """One note: its ``sentence``, and in ``details`` how much it is about and which days.

    ``marked`` are the keys of the figures that are marked with its ``number``; ``beside`` says what
    it is about where that is not the report's own days, ``heading`` what it stands under.
    """

    number: int
    sentence: str
    details: tuple[str, ...]
    marked: tuple[str, ...]
    beside: str
    heading: str


def gap_notes(figures: DocumentFormatter) -> tuple[GapNote, ...]:
    """The notes of a document, numbered from 1; gaps of a kind not known here are passed over."""
    notes: list[GapNote] = []
    for gap in figures.document.gaps:
        sentence = gap_sentence(gap, figures.wording)
        if sentence is not None:
            notes.append(_note(len(notes) + 1, gap, sentence, figures))
    return tuple(notes)


def marks(notes: tuple[GapNote, ...], key: str) -> tuple[int, ...]:
    """The numbers of the notes that a figure is marked with."""
    return tuple(note.number for note in notes if key in note.marked)


def _note(number: int, gap: DataGap, sentence: str, figures: DocumentFormatter) -> GapNote:
    rule, extent = rule_of(gap), gap.extent
    details: tuple[str, ...] = ()
    if extent is not None:
        days = Days(extent.first, extent.last, (extent.last - extent.first).days + 1)
        amount = () if extent.amount is None else (figures.amount(extent.amount, Unit.MONEY),)
        details = (*amount, figures.wording.calendar.span(days))
    return GapNote(
        number=number,
        sentence=sentence,
        details=details,
        marked=() if rule is None or rule.everything else gap.touches,
        beside=figures.text(beside_of(gap)) if gap.now is None else "",
        heading=UNKNOWN if rule is None else rule.heading,
    )
