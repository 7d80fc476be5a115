"""Rules of the house that a reader can rely on: names, sizes, and words on every module."""

import ast
from pathlib import Path

import pytest

from common.reports import registry
from common.reports.registry import REPORTS

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("libs", "services", "tools")
    for path in (ROOT / folder).glob("*/src/**/*.py")
    if "migrations/versions" not in path.as_posix()
)
VAGUE = {"utils", "util", "helpers", "helper", "base", "misc", "common_utils", "lib"}
LINES = 260


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_says_why_it_exists_and_stays_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.stem not in VAGUE
    assert ast.get_docstring(ast.parse(text)), "a module's docstring says why it exists"
    assert len(text.splitlines()) <= LINES, "is there a second concept inside?"


def test_a_report_is_a_folder_of_two_files_and_a_stub_lacks_the_query() -> None:
    for definition in REPORTS.values():
        folder = ROOT / "libs/common/src" / registry.folder(definition.slug).replace(".", "/")
        files = {path.name for path in folder.iterdir()}
        assert {"__init__.py", "definition.py"} <= files
        assert ("query.py" in files) == definition.implemented
