"""An export whose columns are named in another language is the same export."""

import csv
import io

import pytest
from tests.unit.ingest.formats.woocommerce.test_reader import Read
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import Line, Sold, export_rows, written

from ingest.formats.detect import format_of
from ingest.formats.woocommerce.column_labels import LABELS
from ingest.sources import ImportFile

SOLD = Sold((Line("Mug", "M", 2, 1_000, 100), Line("Hat", "H", 1, 1_500)), 490, 250, 640, 1_190)
NEEDED = {"Order Number", "Order Status", "Order Date", "Item Name"}


def renamed(content, labels, only=None):
    """The export with its columns called by their labels, all or ``only`` some."""
    rows = csv.DictReader(io.StringIO(content.decode()))
    called = {name: label for label, name in labels.items() if only is None or name in only}
    told = [{called.get(name, name): cell for name, cell in row.items()} for row in rows]
    return written(list(told[0]), told)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("language", LABELS)
@pytest.mark.parametrize("only", [None, NEEDED - {"Item Name"}])
def test_it_is_read_as_the_english_one(language, exact, only):
    english = export_rows({"1": SOLD}, exact=exact)
    other = renamed(english, LABELS[language], only)
    assert other != english
    found = Read(other)
    right = Read(english)
    assert (found.faults, found.lines, found.refunds) == ([], right.lines, right.refunds)
    assert set(found.notes) - set(right.notes) == {
        "columns are named in another language than English; they were read by what they mean"
    }
    assert format_of(ImportFile("orders.csv", [other]))[0].name == "woocommerce"


@pytest.mark.parametrize("language", LABELS)
def test_what_a_line_is_without_tax_is_its_total_where_that_is_missing(language):
    labels = LABELS[language]
    english = export_rows({"1": SOLD})
    without = english.replace(b"Order Line Total", b"Order Line (w/o tax)")
    assert Read(renamed(without, labels)).lines == Read(english).lines
    both = english.replace(b"Item #", b"Order Line (w/o tax)")
    found = Read(renamed(both, labels))
    assert (found.faults, found.lines) == ([], Read(english).lines)


@pytest.mark.parametrize("language", LABELS)
def test_a_label_means_one_column(language):
    assert set(LABELS[language].values()) >= NEEDED
    assert len(set(LABELS[language].values())) == len(LABELS[language])
