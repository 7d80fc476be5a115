"""Drawing of a report: its document as HTML, by templates that a service may extend.

A page is a function of its arguments alone, so that the same report is the same bytes. A service's
template extends ``report.html`` and fills its blocks with what only visitors of links are shown:
``social``, ``beacon``, ``tabs``, ``days``, ``actions``, ``link_kind`` and ``link_end``.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    DictLoader,
    Environment,
    PackageLoader,
    StrictUndefined,
)

from common.i18n.formatter import Formatter
from common.links.brand import branded
from common.reports.document.incomplete import incomplete_document
from common.reports.document.known_days import is_all_unknown, known_days, known_part
from common.reports.document.metrics import Unit
from common.reports.document.schema import Document
from common.reports.document.tables import is_before
from report_pages import comparison, layout, sentences
from report_pages.chart_data import island
from report_pages.compiled_templates import COMPILED
from report_pages.formatting import DocumentFormatter, is_number
from report_pages.gap_notes import gap_notes, last_year_marks, marks
from report_pages.key_figures import key_figures
from report_pages.page_brand import UNBRANDED, PageBrand
from report_pages.sections.protocol import Defined
from report_pages.sections.registry import KINDS, SectionKinds
from report_pages.since import telling
from report_pages.since.telling import Told

OUTDATED: Final = "There is newer sales data that this page does not show yet."
"""What the reader of figures is told that newer sales have overtaken."""


class LinkedFile(Protocol):
    """A file that pages link to: its address, and its digest as browsers check it."""

    @property
    def url(self) -> str:
        """Where it is served."""
        ...

    @property
    def integrity(self) -> str:
        """The value of the attribute of that name."""
        ...


class ReportTemplates:
    """The templates of reports, those of a service in front of them.

    All are compiled when it is made: the first reader of a page does not wait for that.

    Args:
        asset: the file of a name of ``page_files.FILES``, as the service serves it.
        service: where the service's own templates are found, if it has any.
    """

    def __init__(
        self,
        asset: Callable[[str], LinkedFile],
        service: BaseLoader | None = None,
        kinds: SectionKinds = KINDS,
    ) -> None:
        own = () if service is None else (service,)
        self.kinds = kinds
        self.environment = Environment(
            loader=ChoiceLoader([*own, PackageLoader("report_pages"), DictLoader(kinds.templates)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=COMPILED,
        )
        self.environment.globals |= {
            "asset": asset,
            "gap_marks": marks,
            "last_year_marks": last_year_marks,
            "comparison": comparison,
            "is_number": is_number,
            "layout": layout,
            "brand": UNBRANDED,
            "Unit": Unit,
        }
        for name in self.environment.list_templates():
            self.environment.get_template(name)

    def draw(
        self,
        template: str,
        document: Document,
        words: Formatter,
        *,
        notice: str | None = None,
        **shown: Any,
    ) -> str:
        """The page of a report in the language of ``words``, by a template of the service.

        ``notice`` is what the reader of figures that are not current is told, in English;
        ``shown`` is what the service's template takes beside.
        """
        figures = DocumentFormatter(document, words)
        known = known_days(document.gaps).within(document.days)
        return self.environment.get_template(template).render(
            spoken(words),
            doc=document,
            figures=figures,
            sentence=sentences.headline(figures),
            gaps=gap_notes(figures),
            all_unknown=is_all_unknown(document.gaps, document.days.count),
            known_part=known_part(document),
            complete_to=None if known is None else known.last,
            knows_last_year=incomplete_document(document).knows_last_year,
            key=key_figures(document),
            best=sentences.best(figures),
            kinds=self.kinds,
            full_day=words.calendar.full_day,
            as_of=words.instant(document.as_of, ZoneInfo(document.timezone)),
            as_of_iso=document.as_of.isoformat(),
            definitions=definitions(document, self.kinds),
            notice=notice,
            island=island(figures, self.kinds),
            **shown,
        )

    def draw_since(
        self,
        template: str,
        told: Told,
        brand: PageBrand = UNBRANDED,
        *,
        notice: str | None = None,
        **shown: Any,
    ) -> str:
        """The page of what has changed since a report was frozen; as ``draw`` beside."""
        return self.environment.get_template(template).render(
            spoken(told.figures.wording),
            told=told,
            shown=telling.SHOWN,
            doc=branded(told.since.now, brand.name),
            notice=notice,
            brand=brand,
            **shown,
        )


def spoken(words: Formatter) -> dict[str, Any]:
    """What every template is written with."""
    return {
        "wording": words,
        "_": words.text,
        "counted": words.counted,
        "span": words.calendar.span,
    }


def definitions(document: Document, kinds: SectionKinds = KINDS) -> dict[str, str]:
    """Every metric on the page with its definition, by label, in the order of appearance.

    The columns that only repeat a metric for the previous window are left out.
    """
    shown: list[Defined] = list(document.kpis)
    for section in document.sections:
        shown += kinds.of(section).view.metrics(section)
    return {each.label: each.definition for each in shown if not is_before(each.key)}
