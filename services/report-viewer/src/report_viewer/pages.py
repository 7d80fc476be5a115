"""HTML from templates: the report, the problems, the reference. Everything is escaped.

A page is a function of its arguments alone, so that the same report is the same bytes.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from common.reports.document import BarChart, Column, Document, Kpi, LineChart, Series, Table
from report_viewer import sheets, wording
from report_viewer.assets import Assets
from report_viewer.charts import island
from report_viewer.freshness import Freshness
from report_viewer.problems import Problem
from report_viewer.sheets import Sheet
from report_viewer.wording import Figures

NOTICES: Final = {
    Freshness.OVERDUE: "There is newer sales data that this page does not show yet.",
    Freshness.UNREACHABLE: "New sales data cannot be taken in at the moment.",
}
"""What the reader of a report that is not current is told; up to then it is "as of" its moment."""


class Pages:
    """Draws pages. ``assets`` are what they link to."""

    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=PackageLoader("report_viewer"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals |= {
            "asset": assets.__getitem__,
            "is_number": wording.is_number,
            "span": wording.span,
            "weekday": wording.weekday,
        }
        self._report = self._environment.get_template("report.html")
        self._problem = self._environment.get_template("problem.html")
        self._reference = self._environment.get_template("reference.html")

    def report(
        self,
        document: Document,
        *,
        token: str,
        expires_at: datetime,
        freshness: Freshness = Freshness.CURRENT,
    ) -> bytes:
        """The page of a report, as the link with ``token`` shows it."""
        return self.sheet(document, freshness).page(token=token, expires_at=expires_at)

    def sheet(self, document: Document, freshness: Freshness) -> Sheet:
        """What the pages of a report have in common, whichever link shows it."""
        zone = ZoneInfo(document.timezone)
        html = self._report.render(
            doc=document,
            figures=Figures(document),
            as_of=wording.instant(document.as_of, zone),
            expires=sheets.EXPIRES,
            instants={"as_of": document.as_of.isoformat(), "expires": sheets.EXPIRES_ISO},
            csv_url=f"/api/reports/{sheets.TOKEN}/csv",
            definitions=definitions(document),
            notice=NOTICES.get(freshness),
            island=island(document),
            kind_of=kind_of,
            row_heading=row_heading,
        )
        return Sheet(html.encode("utf-8"), zone)

    def problem(self, problem: Problem) -> bytes:
        """The page of a problem."""
        return self._problem.render(problem=problem).encode("utf-8")

    def reference(self, openapi: Mapping[str, Any]) -> bytes:
        """The page that describes the HTTP interface."""
        return self._reference.render(api=openapi).encode("utf-8")


def kind_of(section: LineChart | BarChart | Table) -> str:
    """Which macro draws a section."""
    match section:
        case LineChart():
            return "line"
        case BarChart():
            return "bar"
        case Table():
            return "table"


def row_heading(table: Table) -> int:
    """The column that names a row: the product where there is one, else the first."""
    keys = [column.key for column in table.columns]
    return keys.index("product") if "product" in keys else 0


def definitions(document: Document) -> dict[str, str]:
    """Every figure on the page with its definition, by label, in the order of appearance.

    The columns that only repeat a figure for the previous window are left out.
    """
    shown: list[Kpi | Series | Column] = list(document.kpis)
    for section in document.sections:
        shown += section.columns if isinstance(section, Table) else section.series
    return {each.label: each.definition for each in shown if not each.key.startswith("previous_")}
