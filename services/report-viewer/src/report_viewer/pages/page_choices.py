"""Page choices: links from a report's page to others of the same link, which need no script."""

from dataclasses import dataclass

from common.links.reader_choice import ReaderChoice
from report_viewer.cache.page_cache import TOKEN
from report_viewer.links.urls import ReportUrl, Resource


@dataclass(frozen=True, slots=True)
class PageChoice:
    """A link to another page; ``shown`` says that it is this one."""

    words: str
    url: str
    shown: bool


def page_url(choice: ReaderChoice, *, compact: bool) -> str:
    """The address of the page that shows this choice, with the mark of a token.

    From a ``compact`` page it is that of a compact one.
    """
    return url_of(choice, Resource.EMBED if compact else Resource.PAGE)


def url_of(choice: ReaderChoice, resource: Resource) -> str:
    """The address of a resource of what was chosen, with the mark of a token."""
    return ReportUrl(TOKEN, resource, choice=choice).path.decode("ascii")
