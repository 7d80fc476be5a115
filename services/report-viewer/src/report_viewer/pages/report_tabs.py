"""Report tabs: the reports of a link's board, as links that need no script."""

from collections.abc import Sequence
from dataclasses import replace

from common.i18n.formatter import Formatter
from common.links.reader_choice import ReaderChoice
from common.reports.registry import REPORTS
from report_viewer.pages.page_choices import PageChoice, page_url


def report_tabs(
    words: Formatter,
    board: Sequence[str],
    choice: ReaderChoice,
    *,
    first: str,
    compact: bool = False,
) -> tuple[PageChoice, ...]:
    """The tabs of a ``board``, by its report types; a link to a single report has none.

    What else was chosen stays, and so does the layout. The report that the link opens ``first`` is
    at the address of the link itself; one of a type that is gone has no tab.
    """
    shown = choice.report or first
    return tuple(
        PageChoice(
            words.text(REPORTS[each].title),
            page_url(replace(choice, report=None if each == first else each), compact=compact),
            each == shown,
        )
        for each in board
        if each in REPORTS and REPORTS[each].implemented
    )
