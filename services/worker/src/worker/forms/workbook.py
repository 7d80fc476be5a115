"""A report as a workbook (XLSX): a sheet a section, the data rows, and notes.

Of a report whose rows are hidden it has the sections alone.

Numbers are numbers and days are dates, with number formats that every locale shows its own way;
texts are written as texts, so that nothing a shop named is ever run as a formula. Rows go to disk
as they are written: the memory it takes does not grow with them.
"""

import io
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any, Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from common.reports.document.metrics import Unit
from worker.forms import notes
from worker.forms.grids import Grid, Typed, grid_of, key_figures
from worker.forms.source import Source

MOST_ROWS: Final = 1_048_575
"""How many rows a sheet takes below its head; what is more goes onto another sheet."""
_MOST_NAME: Final = 31
_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))
_MOST_TEXT: Final = 32_767
_WIDE, _NARROW, _TEXT_WIDTH = 24, 14, 70
_A4: Final = 9
"""Its number among the paper sizes of OOXML."""
_UPRIGHT: Final = 100
"""So many characters stand beside each other on an upright page before they are too small."""
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_GUARDED: Final = ("'=", "'+", "'-", "'@", "'\t", "'\r", "'\n")


def write(source: Source, most_rows: int = MOST_ROWS) -> bytes:
    """The workbook, the same bytes for the same source. Its sheets have ``most_rows`` at most."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as book:
        _Writer(book, source, most_rows).write()
    return buffer.getvalue()


class _Writer:
    """Writes one workbook."""

    def __init__(self, book: Any, source: Source, most_rows: int) -> None:
        self._book = book
        self._source = source
        self._most_rows = most_rows
        self._names: set[str] = set()
        self._head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self._bold = book.add_format({"bold": True})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._formats = {unit: book.add_format({"num_format": self._code(unit)}) for unit in Unit}

    def write(self) -> None:
        document, words = self._source.document, self._source.words
        self._book.set_properties(
            {
                "title": f"{words.text(document.title)} · {document.tenant_name}",
                "created": document.as_of.replace(tzinfo=None),
            }
        )
        self._grid(key_figures(document, words))
        for section in document.sections:
            self._grid(grid_of(section, words))
        if document.csv:
            self._data()
        self._notes()

    def _code(self, unit: Unit) -> str:
        decimals = self._source.document.exponent(unit)
        match unit:
            case Unit.TEXT:
                return "@"
            case Unit.DATE:
                return "yyyy-mm-dd"
            case Unit.PERCENT:
                return "0.00%"
            case Unit.RANK:
                return "0"
        number = "#,##0" + (f".{'0' * decimals}" if decimals else "")
        return self._points(number) if unit is Unit.POINTS else number

    def _points(self, number: str) -> str:
        """The number format of percentage points, which are no percents: ``0.00" points"``."""
        around = self._source.words.text("%(number)s points", number="\0").split("\0")
        before, after = (f'"{text}"' if text else "" for text in around)
        return f"{before}{number}{after}"

    def _sheet(self, title: str, heads: Sequence[str], widths: Sequence[int]) -> Worksheet:
        sheet: Worksheet = self._book.add_worksheet(self._name(title))
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        if self._source.words.direction == "rtl":
            sheet.right_to_left()
        for place, head in enumerate(heads):
            self._text(sheet, 0, place, head, self._head)
        sheet.freeze_panes(1, 1)
        self._on_paper(sheet, repeats=bool(heads), wide=sum(widths) > _UPRIGHT)
        return sheet

    def _on_paper(self, sheet: Worksheet, *, repeats: bool, wide: bool) -> None:
        """Printed, a sheet is as wide as the page and as long as it takes, below its head."""
        sheet.set_paper(_A4)
        if wide:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        if repeats:
            sheet.repeat_rows(0)
        sheet.set_footer("&L&A&R&P / &N")

    def _name(self, title: str) -> str:
        """A sheet's name: short, of the characters that are allowed, and used once."""
        plain = title.translate(_NOT_IN_NAMES).strip("'")[:_MOST_NAME]
        name, number = plain, 1
        while name.casefold() in self._names:
            number += 1
            name = f"{plain[: _MOST_NAME - len(str(number)) - 1]} {number}"
        self._names.add(name.casefold())
        return name

    def _grid(self, grid: Grid) -> None:
        widths = [_WIDE, *[_NARROW] * (len(grid.heads) - 1)]
        sheet = self._sheet(grid.title, grid.heads, widths)
        for place, row in enumerate(grid.rows, 1):
            for column, cell in enumerate(row):
                self._cell(sheet, place, column, cell)

    def _cell(self, sheet: Worksheet, row: int, column: int, cell: Typed) -> None:
        value, unit = cell
        match value:
            case int():
                sheet.write_number(row, column, value / self._power(unit), self._formats[unit])
            case date():
                self._day(sheet, row, column, value)
            case str() if unit is Unit.DATE:
                self._day(sheet, row, column, date.fromisoformat(value))
            case str():
                self._text(sheet, row, column, value)

    def _power(self, unit: Unit) -> int:
        """What a scaled integer is divided by: the nearest double then is the one of its decimal.

        Percents are shares of 1 to a spreadsheet.
        """
        exponent = self._source.document.exponent(unit)
        return int(10 ** (exponent + (2 if unit is Unit.PERCENT else 0)))

    def _day(self, sheet: Worksheet, row: int, column: int, day: date) -> None:
        sheet.write_datetime(row, column, datetime.combine(day, time.min), self._formats[Unit.DATE])

    def _text(self, sheet: Worksheet, row: int, column: int, text: str, look: Any = None) -> None:
        sheet.write_string(row, column, text[:_MOST_TEXT], look)

    def _speller(self, unit: Unit) -> Callable[[Worksheet, int, int, str], object]:
        """Writes cells of a column as the CSV spells them."""
        if unit is Unit.TEXT:
            # The sign that keeps a CSV's text from being run; here it is a text as it is.
            return lambda sheet, row, column, text: self._text(
                sheet, row, column, text[1:] if text.startswith(_GUARDED) else text
            )
        if unit is Unit.DATE:
            return lambda sheet, row, column, text: self._day(
                sheet, row, column, date.fromisoformat(text)
            )
        power, look = self._power(unit), self._formats[unit]
        return lambda sheet, row, column, text: sheet.write_number(
            row, column, int(text.replace(".", "")) / power, look
        )

    def _data(self) -> None:
        columns = self._source.columns
        heads = [column.label for column in columns]
        widths = [_WIDE if column.unit is Unit.TEXT else _NARROW for column in columns]
        title = self._source.words.text("All rows")
        sheet, place = self._sheet(title, heads, widths), 0
        spellers = [self._speller(column.unit) for column in columns]
        for row in self._source.rows():
            if place == self._most_rows:
                sheet.autofilter(0, 0, place, len(columns) - 1)
                sheet, place = self._sheet(title, heads, widths), 0
            place += 1
            for column, (text, spell) in enumerate(zip(row, spellers, strict=True)):
                if text:
                    spell(sheet, place, column, text)
        sheet.autofilter(0, 0, place, len(columns) - 1)

    def _notes(self) -> None:
        document, words = self._source.document, self._source.words
        sheet = self._sheet(words.text("Notes"), (), (_WIDE, _TEXT_WIDTH, _WIDE))
        rows: list[tuple[str, ...]] = [*notes.facts(self._source), ()]
        for heading, sentences in notes.gaps(document, words):
            rows += [(heading,), *(("", each) for each in sentences), ()]
        rows.append((words.text("What the figures mean"),))
        rows += [
            (each.label, each.definition, each.key) for each in notes.definitions(self._source)
        ]
        for place, row in enumerate(rows):
            for column, text in enumerate(row):
                look = self._bold if column == 0 else self._wrapped
                self._text(sheet, place, column, text, look)
