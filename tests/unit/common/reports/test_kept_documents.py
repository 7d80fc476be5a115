"""Documents that released schemas wrote are read by this one: frozen links keep them for a year.

The files are what ``pack`` wrote; a new schema adds some and changes none. ``python -m
tests.unit.common.reports.test_kept_documents`` writes those of the current one.
"""

from pathlib import Path

import pytest
from tests.support.samples import document

from common.reports import registry
from common.reports.document.schema import SCHEMA
from common.reports_cache.report_fields import (
    Meta,
    pack,
    unpack_document,
)

KEPT = Path(__file__).parents[3] / "support" / "kept_documents"
FILES = sorted(KEPT.glob("*.zst"))


def name_of(slug: str) -> str:
    return f"{slug}-{SCHEMA}.zst"


def test_those_of_the_current_schema_are_kept() -> None:
    wanted = {name_of(each.slug) for each in registry.implemented()}
    assert wanted <= {each.name for each in FILES}, "run this file as a module, and commit"


@pytest.mark.parametrize("file", FILES, ids=lambda each: each.stem)
def test_a_kept_document_is_read(file: Path) -> None:
    found = unpack_document(file.read_bytes())
    assert file.stem.startswith(found.report)
    assert found.kpis


if __name__ == "__main__":
    KEPT.mkdir(exist_ok=True)
    for each in registry.implemented():
        made = document(each.slug)
        meta = Meta(made.as_of, made.data_version, made.as_of, f"{each.slug}.csv")
        (KEPT / name_of(each.slug)).write_bytes(pack(meta, made, b"")["document"])
