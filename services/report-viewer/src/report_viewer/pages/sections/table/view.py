"""Table: its view."""

from collections.abc import Sequence
from typing import Final

from common.reports.document.tables import Column, Table
from report_viewer.pages.sections.protocol import SectionView


class TableView(SectionView[Table]):
    """Shows tables."""

    section = Table

    def metrics(self, section: Table) -> Sequence[Column]:
        """The columns."""
        return section.columns


VIEW: Final = TableView()
