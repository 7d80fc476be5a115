"""Page renderer: HTML from Jinja templates for reports, problems and the reference, escaped.

A page is a function of its arguments alone, so that the same report is the same bytes.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale
from jinja2 import PackageLoader

from common.i18n.formatter import Formatter
from common.i18n.locales import ENGLISH
from common.i18n.report_words import formatter_of
from common.links.brand import branded
from common.links.options import LinkKind
from common.links.ranges import Range
from common.links.reader_choice import AS_SHARED, ReaderChoice
from common.reports.comparison import Comparison
from common.reports.document.schema import Document
from report_pages.page_brand import UNBRANDED, PageBrand
from report_pages.report import OUTDATED, ReportTemplates, spoken
from report_pages.sections.registry import KINDS, SectionKinds
from report_pages.since.telling import Told
from report_viewer.cache import page_cache
from report_viewer.cache.page_cache import SharedPage
from report_viewer.http.compression import Coding
from report_viewer.links.urls import Resource
from report_viewer.model import Freshness
from report_viewer.pages import preview_metadata
from report_viewer.pages.assets import Assets
from report_viewer.pages.comparison_picker import comparison_picker
from report_viewer.pages.page_choices import PageChoice, page_url
from report_viewer.pages.preview_images import image_of
from report_viewer.pages.preview_metadata import PreviewMetadata
from report_viewer.pages.range_picker import range_picker
from report_viewer.pages.report_tabs import report_tabs
from report_viewer.problems.problem import Problem

NOTICES: Final = {
    Freshness.OVERDUE: OUTDATED,
    Freshness.UNREACHABLE: "New sales data cannot be received at the moment.",
}
"""What the reader of a report that is not current is told; up to then it is "as of" its moment."""


class LinkStatement(NamedTuple):
    """What a page says of its link: of which kind it is, since when frozen, which days it lets
    choose, what its reader chose, and whether it is compact, for a frame; what it is compared
    with; the report types of its board, and which of them it opens first; whether sites may frame
    it; whether it tells what has changed since it was frozen."""

    kind: LinkKind = LinkKind.FIXED
    frozen_at: datetime | None = None
    ranges: tuple[Range, ...] = ()
    choice: ReaderChoice = AS_SHARED
    compact: bool = False
    compare: Comparison = Comparison.PREVIOUS
    board: tuple[str, ...] = ()
    first: str = ""
    framed: bool = False
    changes: bool = False

    @property
    def asks_days(self) -> bool:
        """Whether the page has a form of days."""
        return Range.CUSTOM in self.ranges


PLAIN_LINK: Final = LinkStatement()


def _comparisons(
    words: Formatter, document: Document, link: LinkStatement
) -> tuple[PageChoice, ...]:
    """What its reader may compare it with; figures that are frozen are of one comparison."""
    if link.kind is LinkKind.FROZEN:
        return ()
    return comparison_picker(
        words, document, own=link.compare, choice=link.choice, compact=link.compact
    )


class PageRenderer:
    """Renders pages.

    ``assets`` are what they link to; ``origin`` is where the outside finds the viewer, as previews
    have to name their pictures in full.
    """

    def __init__(self, assets: Assets, origin: str = "", kinds: SectionKinds = KINDS) -> None:
        service = PackageLoader("report_viewer", "pages/templates")
        self._templates = ReportTemplates(assets.__getitem__, service, kinds)
        environment = self._templates.environment
        self._origin = environment.globals["origin"] = origin
        environment.globals["picture"] = lambda name: image_of(name).path
        self._problem = environment.get_template("problem.html")
        self._preview = environment.get_template("preview.html")
        self._reference = environment.get_template("reference.html")

    def report(
        self,
        document: Document,
        *,
        token: str,
        expires_at: datetime,
        freshness: Freshness = Freshness.CURRENT,
        locale: Locale = ENGLISH,
    ) -> bytes:
        """The page of a report as the link with ``token`` shows it, to a reader of ``locale``."""
        page = self.shared_page(document, freshness, locale)
        own = page.for_link(token=token, expires_at=expires_at)
        return bytes(own.body(Coding.IDENTITY))

    def shared_page(
        self,
        document: Document,
        freshness: Freshness,
        locale: Locale = ENGLISH,
        link: LinkStatement = PLAIN_LINK,
        brand: PageBrand = UNBRANDED,
    ) -> SharedPage:
        """What the pages of a report have in common, whichever link of that kind shows it."""
        document = branded(document, brand.name)
        zone = ZoneInfo(document.timezone)
        words = formatter_of(locale)
        html = self._templates.draw(
            "link.html",
            document,
            words,
            notice=NOTICES.get(freshness),
            preview=preview_metadata.of_document(document),
            expires=page_cache.EXPIRES,
            expires_iso=page_cache.EXPIRES_ISO,
            form_url=page_url(link.choice, compact=False),
            tabs=report_tabs(
                words, link.board, link.choice, first=link.first, compact=link.compact
            ),
            days=range_picker(words, link.ranges, link.choice, compact=link.compact),
            comparisons=_comparisons(words, document, link),
            link=link,
            brand=brand,
            origin=brand.origin or self._origin,
            frozen_on=words.instant(link.frozen_at, zone) if link.frozen_at else "",
        )
        return SharedPage(html.encode("utf-8"), zone, locale)

    def changed(
        self,
        told: Told,
        *,
        place: str,
        expires_at: datetime,
        freshness: Freshness = Freshness.CURRENT,
        brand: PageBrand = UNBRANDED,
    ) -> bytes:
        """The page of what has changed since the report of a link was frozen.

        Its reader is told of newer data at once: it would say that nothing has changed.
        """
        words, document = told.figures.wording, told.since.now
        html = self._templates.draw_since(
            "changed.html",
            told,
            brand,
            notice=NOTICES.get(freshness, OUTDATED if freshness is Freshness.STALE else None),
            preview=preview_metadata.of_document(branded(document, brand.name)),
            report_url=f"/api/reports/{place}",
            own_url=f"/api/reports/{place}{Resource.CHANGED.value.decode()}",
            expires=words.instant(expires_at, ZoneInfo(document.timezone)),
            expires_iso=expires_at.isoformat(),
            origin=brand.origin or self._origin,
        )
        return html.encode("utf-8")

    def problem(
        self,
        problem: Problem,
        locale: Locale = ENGLISH,
        brand: PageBrand = UNBRANDED,
        choosable: tuple[str, str] = ("", ""),
    ) -> bytes:
        """The page of a problem, where days can be chosen from the first of two to the last."""
        words = formatter_of(locale)
        moment = words.instant(problem.moment, ZoneInfo(problem.zone)) if problem.moment else None
        preview = preview_metadata.of_problem(problem)
        html = self._problem.render(
            spoken(words),
            problem=problem,
            moment=moment,
            preview=preview,
            brand=brand,
            choosable=choosable,
        )
        return html.encode("utf-8")

    def card(
        self,
        preview: PreviewMetadata,
        locale: Locale = ENGLISH,
        *,
        oembed: str = "",
        origin: str = "",
    ) -> bytes:
        """What a link shows to a program that draws a preview of it.

        ``oembed`` is the path at which its frame is described, of a link that has one, ``origin``
        where its tenant's links point to, if not to where all do.
        """
        words = spoken(formatter_of(locale)) | {"origin": origin or self._origin}
        return self._preview.render(words, preview=preview, oembed=oembed).encode("utf-8")

    def reference(self, openapi: Mapping[str, Any]) -> bytes:
        """The page that describes the HTTP interface, in English alone."""
        return self._reference.render(spoken(formatter_of(ENGLISH)), api=openapi).encode("utf-8")
