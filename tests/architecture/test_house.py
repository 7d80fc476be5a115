"""Rules of the house that a reader can rely on: names, sizes, and words on every module."""

import ast
from collections.abc import Iterable
from pathlib import Path

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
FUNCTION_LINES = 60


def named(paths: Iterable[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_modules_have_names_of_concepts() -> None:
    assert named(path for path in SOURCES if path.stem in VAGUE) == []


def test_modules_say_why_they_exist() -> None:
    assert len(SOURCES) > 200, "else none was looked at"
    assert (
        named(each for each in SOURCES if not ast.get_docstring(ast.parse(each.read_text()))) == []
    )


def test_modules_stay_small() -> None:
    """In a longer one there is a second concept."""
    long = (path for path in SOURCES if len(path.read_text().splitlines()) > LINES)
    assert named(long) == []


def test_a_report_is_a_folder_of_two_files_and_a_stub_lacks_the_query() -> None:
    for definition in REPORTS.values():
        folder = ROOT / "libs/common/src" / registry.folder(definition.slug).replace(".", "/")
        files = {path.name for path in folder.iterdir()}
        assert {"__init__.py", "definition.py"} <= files
        assert ("query.py" in files) == definition.implemented


def test_functions_stay_short() -> None:
    """In a longer one there is a second step that deserves its name."""
    long = [
        f"{path.relative_to(ROOT).as_posix()}:{each.lineno} {each.name}"
        for path in SOURCES
        for each in ast.walk(ast.parse(path.read_text()))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        and (each.end_lineno or each.lineno) - each.lineno >= FUNCTION_LINES
    ]
    assert long == []
