"""Rules of the house that a reader can rely on: names, sizes, and words on every module."""

import ast
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("libs", "services", "tools")
    for path in (ROOT / folder).glob("*/src/**/*.py")
    if "migrations/versions" not in path.as_posix()
)
VAGUE = {"utils", "util", "helpers", "helper", "base", "misc", "common_utils", "lib"}
LINES = 260


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


def test_a_report_is_a_folder_of_two_files() -> None:
    catalog = ROOT / "libs/common/src/common/reports/catalog"
    for folder in catalog.iterdir():
        if folder.is_dir() and folder.name != "__pycache__":
            assert {"__init__.py", "definition.py", "query.py"} <= {
                p.name for p in folder.iterdir()
            }
