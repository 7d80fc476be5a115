"""Gap notes: what a report's data does not know, in sentences beside the figures it touches.

Those of closed days that changed stand under a heading of their own, and mark no figure.
"""

from typing import NamedTuple

from common.i18n.gap_sentences import beside_of, gap_sentence
from common.reports.document.gaps import UNKNOWN, DataGap, rule_of
from common.reports.document.metrics import Unit
from common.reports.document.schema import Days
from report_pages.formatting import DocumentFormatter


class GapNote(NamedTuple):
    """One note: its ``sentence``, and in ``details`` how much it is about and which days.

    ``marked`` are the keys of the figures that are marked with its ``number``, ``marked_last_year``
    of those that are so for what they were a year ago; ``beside`` says what it is about where that
    is not the report's own days, ``heading`` what it stands under.
    """

    number: int
    sentence: str
    details: tuple[str, ...]
    marked: tuple[str, ...]
    marked_last_year: tuple[str, ...]
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


def last_year_marks(notes: tuple[GapNote, ...], key: str) -> tuple[int, ...]:
    """The numbers of the notes that what a figure was a year ago is marked with."""
    return tuple(note.number for note in notes if key in note.marked_last_year)


def _note(number: int, gap: DataGap, sentence: str, figures: DocumentFormatter) -> GapNote:
    rule, extent = rule_of(gap), gap.extent
    touches = () if rule is None or rule.everything else gap.touches
    details: tuple[str, ...] = ()
    if extent is not None:
        days = Days(extent.first, extent.last, (extent.last - extent.first).days + 1)
        amount = () if extent.amount is None else (figures.amount(extent.amount, Unit.MONEY),)
        details = (*amount, figures.wording.calendar.span(days))
    return GapNote(
        number=number,
        sentence=sentence,
        details=details,
        marked=touches if gap.now or gap.before else (),
        marked_last_year=touches if gap.last_year else (),
        beside=figures.text(beside_of(gap)) if gap.now is None else "",
        heading=UNKNOWN if rule is None else rule.heading,
    )
