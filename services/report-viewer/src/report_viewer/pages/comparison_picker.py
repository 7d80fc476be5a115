"""Comparison picker: what a page shows its days beside, as links that need no script."""

from dataclasses import replace

from common.i18n.formatter import Formatter
from common.links.reader_choice import AS_SHARED, ReaderChoice
from common.reports.comparison import Comparison
from common.reports.document.schema import Document
from common.reports.window import WEEK, YEAR_DAYS, shift_of
from report_pages.formatting import earlier
from report_viewer.pages.page_choices import PageChoice, page_url


def comparison_picker(
    words: Formatter,
    document: Document,
    *,
    own: Comparison,
    choice: ReaderChoice = AS_SHARED,
    compact: bool = False,
) -> tuple[PageChoice, ...]:
    """The comparisons of a link whose ``own`` is one of them; none where last year has no data.

    Where last year is shown, or is the link's own, there is a way back, but of a year of days,
    which is compared with last year's in any case. What else was chosen stays, and so does the
    layout.
    """
    shift = shift_of(document.days.count)
    if shift >= YEAR_DAYS:
        return ()
    if document.last_year_days is None and {document.comparison, own} == {Comparison.PREVIOUS}:
        return ()
    return tuple(
        PageChoice(
            said,
            page_url(replace(choice, against=None if each is own else each), compact=compact),
            each is document.comparison,
        )
        for each, said in (
            (Comparison.PREVIOUS, earlier(words, shift // WEEK)),
            (Comparison.LAST_YEAR, words.text("Last year")),
        )
    )
