"""The CSV for spreadsheets is the CSV, cell by cell, in the dialect of the reader's locale."""

import csv
import gzip
import io

import pytest
from tests.support.forms import source
from tests.support.samples import HOSTILE

from common.i18n.locales import LOCALES, TAGS
from common.reports import registry
from common.reports.document.metrics import Unit
from worker.forms import local_csv
from worker.forms.local_csv import Dialect, dialect_of

COMMAS = {"de", "es", "fr", "it", "nl", "pl", "pt"}


def read(data: bytes, separator: str) -> list[list[str]]:
    text = gzip.decompress(data).decode("utf-8")
    assert text.startswith("\ufeff")
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=separator))


@pytest.mark.parametrize("tag", TAGS)
def test_each_locale_has_the_dialect_of_its_spreadsheets(tag: str) -> None:
    wanted = Dialect(";", ",") if tag in COMMAS else Dialect(";" if tag == "de-CH" else ",", ".")
    assert dialect_of(LOCALES[tag]) == wanted


@pytest.mark.parametrize("slug", [each.slug for each in registry.implemented()])
@pytest.mark.parametrize("tag", ["de", "de-CH", "en", "he", "zh-Hans"])
def test_every_cell_is_that_of_the_csv(slug: str, tag: str) -> None:
    made = source(slug, tag, title=HOSTILE)
    separator, decimal = dialect_of(LOCALES[tag])
    head, *rows = read(local_csv.write(made), separator)
    kept = read(made.csv, ",")[1:]
    assert len(head) == len(made.columns)
    assert (tag == "en") == (head[-1] == registry.find(slug).columns[-1].label)
    for row, cells in zip(rows, kept, strict=True):
        for cell, text, column in zip(row, cells, made.columns, strict=True):
            words = column.unit in {Unit.TEXT, Unit.DATE}
            assert cell == (text if words else text.replace(".", decimal))


@pytest.mark.parametrize("text", ["=1+1", "-2+3", "@x", "a;b", 'a"b', "1,5"])
@pytest.mark.parametrize("tag", ["de", "en"])
def test_text_is_as_safe_as_in_the_csv(text: str, tag: str) -> None:
    made = source("product-performance", tag, title=text, count=1)
    told = read(local_csv.write(made), dialect_of(LOCALES[tag]).separator)[1]
    assert (f"'{text}" if text[0] in "=-@" else text) in told
    assert local_csv.write(made) == local_csv.write(made)
