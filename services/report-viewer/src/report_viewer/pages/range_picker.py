"""Range picker: the days that a reader may choose, as links and a form that need no script."""

from dataclasses import dataclass, replace

from common.i18n.formatter import Formatter
from common.links.ranges import PERIODS, ChosenRange, Range
from common.links.reader_choice import ReaderChoice
from common.reports.window import EARLIEST
from report_viewer.links.urls import Resource
from report_viewer.pages.page_choices import PageChoice, page_url, url_of


@dataclass(frozen=True, slots=True)
class RangePicker:
    """The choices, and where days of the calendar are posted; nowhere where none are allowed.

    ``first`` and ``last`` are those that the page shows, ``earliest`` is the first that can be
    chosen, as ISO 8601.
    """

    choices: tuple[PageChoice, ...]
    form_url: str = ""
    first: str = ""
    last: str = ""
    earliest: str = EARLIEST.isoformat()

    @property
    def custom(self) -> bool:
        """Whether the page shows days that its reader has named."""
        return bool(self.first)


def range_picker(
    words: Formatter,
    ranges: tuple[Range, ...],
    choice: ReaderChoice,
    *,
    compact: bool = False,
) -> RangePicker | None:
    """The picker of a link with these ranges; None where it has none. Its addresses have marks.

    They keep what else was chosen. Those of a ``compact`` page lead to compact ones; it
    has no form, whose answer is none.
    """
    if not ranges:
        return None
    named = [ChosenRange(each) for each in Range if each in ranges and each is not Range.CUSTOM]
    shared, chosen = replace(choice, days=None), choice.days
    choices = (
        PageChoice(words.text("As shared"), page_url(shared, compact=compact), chosen is None),
        *(
            PageChoice(
                _words(words, each.kind),
                page_url(replace(choice, days=each), compact=compact),
                each == chosen,
            )
            for each in named
        ),
    )
    if compact or Range.CUSTOM not in ranges:
        return RangePicker(choices)
    days = chosen.days if chosen is not None else ("", "")
    return RangePicker(choices, url_of(shared, Resource.RANGE), *days)


def _words(words: Formatter, kind: Range) -> str:
    if kind is Range.THIS_MONTH:
        return words.text("Month to yesterday")
    if kind is Range.LAST_MONTH:
        return words.text("Last month")
    return words.counted("%(count)s day", "%(count)s days", PERIODS[kind].days)
