"""Folders of formats are found; those that contradict each other keep a process from starting."""

import sys
from dataclasses import replace
from types import ModuleType

import pytest

from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats import registry
from ingest.formats.model import ImportFormat, Reading
from ingest.sources import FileKind

OWN, SHOPIFY = "ingest.formats.own", "ingest.formats.shopify"


def folder(monkeypatch: pytest.MonkeyPatch, name: str, layout: ImportFormat) -> str:
    """A folder outside the tree that states ``layout``."""
    module = ModuleType(f"{name}.definition")
    vars(module)["FORMAT"] = layout
    monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, f"{name}.definition", module)
    return name


@pytest.mark.parametrize("name", registry.FORMATS)
def test_a_reader_reads_the_files_that_its_format_takes(name: str) -> None:
    layout = registry.find(name)
    reader = registry.open_reader(layout, Reading("EUR", Faults(1), Notes("EUR")))
    assert set(reader.files) == set(layout.files)
    assert FileKind.ORDERS in layout.files
    reader.close()


def test_every_kind_of_file_is_read_by_the_fallback() -> None:
    assert set(registry.FALLBACK.files) == set(FileKind)


def test_signs_are_in_lower_case_and_no_format_hides_another() -> None:
    assert all(sign == sign.casefold() for signs in registry.KINDS.values() for sign in signs)
    orders = [each.files[FileKind.ORDERS].signs for each in registry.FORMATS.values()]
    assert len(set(orders)) == len(orders)


def test_two_folders_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = folder(monkeypatch, "outside_shopify", registry.find("shopify"))
    with pytest.raises(registry.ConflictingFormatsError, match="outside_shopify"):
        registry.load([OWN, SHOPIFY, other])
    assert list(registry.load([SHOPIFY, OWN, SHOPIFY])) == ["own", "shopify"]


def test_exactly_one_format_is_the_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    second = replace(registry.find("shopify"), name="second", fallback=True)
    for folders in ([SHOPIFY], [OWN, folder(monkeypatch, "outside_second", second)]):
        with pytest.raises(registry.ConflictingFormatsError, match="fallback"):
            registry.load(folders)
