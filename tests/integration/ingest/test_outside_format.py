"""An import format is a folder: one outside the tree is found, offered and imported with."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support import outside_format

from ingest.formats import registry

ROOT = Path(__file__).parents[3]
OUTSIDE = ROOT / "tests/support/outside_formats"
HOW_TO = ROOT / "docs/howto/add-an-import-format.md"
FENCE = re.compile(r"^`([^`]+)`:\n\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# 2 mugs and a vase; then a vase whose receipt says a cent more than it costs.
RECEIPTS = """\
Receipt,Rung up at,Till,Article,Pieces,Each,Receipt total
R1,2026-03-01T10:00:00Z,1,Mug,2,1000,4500
R1,2026-03-01T10:00:00Z,1,Vase,1,2500,4500
R2,2026-03-02T10:00:00Z,1,Vase,1,2500,2501
"""


def test_a_folder_is_all_that_an_import_format_takes(
    service_url: str, tenant_id: int, read, tmp_path: Path
) -> None:
    path = tmp_path / "receipts.csv"
    path.write_text(RECEIPTS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, outside_format.__file__, service_url, str(tenant_id), str(path)],
        env={**os.environ, "PYTHONPATH": str(OUTSIDE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["format"] == outside_format.NAME
    assert (found["orders"], found["lines"], found["net"]) == (2, 3, 7000)
    assert found["unexplained"] == [["R2", 1]]
    assert found["formats"] == found["openapi"] == [*registry.FORMATS, outside_format.NAME]
    assert "|".join(found["formats"]) in found["help"]
    told = "looks like the receipts of a till: give it as orders (format till)"
    assert told in found["taken_for_own"]
    assert read("SELECT title FROM products ORDER BY title") == [("Mug",), ("Vase",)]
    assert read("SELECT quantity, unit_price FROM order_lines ORDER BY 1, 2") == [
        (1, 2500),
        (1, 2500),
        (2, 1000),
    ]


def test_without_the_folder_it_is_unknown() -> None:
    with pytest.raises(registry.UnknownFormatError):
        registry.find(outside_format.NAME)


def test_the_how_to_shows_the_very_files() -> None:
    shown = dict(FENCE.findall(HOW_TO.read_text(encoding="utf-8")))
    assert set(shown) == {"till_receipts/definition.py", "till_receipts/reader.py"}
    for name, content in shown.items():
        assert content == (OUTSIDE / name).read_text(encoding="utf-8")
