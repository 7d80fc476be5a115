"""The threat model names tests: they exist, and every row has one."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
HEADS = ("| wants |", "| attack |")
ROWS = [
    line for line in DOCUMENT.splitlines() if line.startswith("| ") and not line.startswith(HEADS)
]


def names_in(file: str) -> set[str]:
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8") if path.exists() else "")
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_tests_that_are_named_exist() -> None:
    said = sorted(set(NAMED.findall(DOCUMENT)))
    assert len(said) > 20
    assert [(file, test) for file, test in said if test not in names_in(file)] == []


def test_every_row_names_one() -> None:
    assert len(ROWS) > 20
    assert not [row for row in ROWS if not NAMED.search(row)]


def test_the_readme_leads_there() -> None:
    assert "(docs/security.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_time_frames_for_updates_are_documented() -> None:
    guide = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    section = guide.split("## Packages with known vulnerabilities")[1].split("\n## ")[0]
    for severity in ("critical", "high", "medium", "low"):
        assert re.search(rf"^\| {severity} \| [^|]*\d+ (day|hour)s", section, re.MULTILINE), (
            severity
        )
    assert "make audit" in section
