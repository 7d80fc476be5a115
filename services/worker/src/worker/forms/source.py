"""Source of a form: the cached document and CSV of one version of a report, and a language."""

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from common.i18n.formatter import Formatter
from common.links.brand import NO_BRAND, Brand
from common.reports import registry
from common.reports.document.metrics import Unit
from common.reports.document.schema import Document
from common.reports_cache.report_fields import Meta

_BEFORE: Final = ", before"
_CHANGE: Final = ", change"


@dataclass(frozen=True, slots=True)
class DataColumn:
    """A column of the CSV: its key, its label in the reader's language, and its unit."""

    key: str
    label: str
    unit: Unit
    definition: str


@dataclass(frozen=True)
class Source:
    """What a form is made from. ``csv`` is the contracted CSV, gzip-compressed, ``logo`` a PNG."""

    meta: Meta
    document: Document
    csv: bytes
    words: Formatter
    brand: Brand = NO_BRAND
    logo: bytes | None = None

    @cached_property
    def columns(self) -> tuple[DataColumn, ...]:
        """The columns of the CSV as it is; one that this version does not know is text."""
        known = {each.key: each for each in registry.find(self.document.report).columns}
        with self._text() as text:
            header = next(csv.reader(text))
        return tuple(
            DataColumn(
                key,
                label_of(known[key].label, self.words) if key in known else key,
                known[key].unit if key in known else Unit.TEXT,
                self.words.text(known[key].definition) if key in known else "",
            )
            for key in header
        )

    def rows(self) -> Iterator[list[str]]:
        """The rows of the CSV, all of them, cell by cell as they are spelled there."""
        with self._text() as text:
            rows = csv.reader(text)
            next(rows)
            yield from rows

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(
            gzip.GzipFile(fileobj=io.BytesIO(self.csv)), encoding="utf-8-sig", newline=""
        )


def label_of(label: str, words: Formatter) -> str:
    """A figure's label in a language; of one beside another figure, by that figure's."""
    for ending, message in ((_BEFORE, "%(label)s, before"), (_CHANGE, "%(label)s, change")):
        known = words.text(label)
        if known == label and label.endswith(ending):
            return words.text(message, label=words.text(label.removesuffix(ending)))
    return words.text(label)
