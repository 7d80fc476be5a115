"""Page choices: links from a report's page to others of the same link, which need no script."""

from dataclasses import dataclass

from common.links.ranges import ChosenRange
from common.reports.comparison import Comparison
from report_viewer.cache.page_cache import TOKEN
from report_viewer.links.urls import Resource, place_of


@dataclass(frozen=True, slots=True)
class PageChoice:
    """A link to another page; ``shown`` says that it is this one."""

    words: str
    url: str
    shown: bool


def page_url(chosen: ChosenRange | None, against: Comparison | None, compact: bool) -> str:
    """The address of the page of these days beside those, with the mark of a token.

    From a ``compact`` page it is that of a compact one.
    """
    form = Resource.EMBED.value.decode() if compact else ""
    return f"/api/reports/{place_of(TOKEN, chosen, against)}{form}"
