#!/usr/bin/env python3
"""Fill in the tables of the specification and the reference from the report registry.

A table stands between `<!-- name -->` and `<!-- end -->`. What a figure means and which columns a
CSV has is decided by the definitions alone; tests/architecture/test_docs.py fails when a document
says something else. Runs in the workspace's environment: `.venv/bin/python scripts/spec_tables.py`.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from common.reports import registry
from common.reports.document import metrics
from common.reports.document.metrics import Figure, Unit
from common.reports.model import Definition
from common.reports.totals import products

_DOCS: Final = Path(__file__).parents[1] / "docs"
SPECIFICATION: Final = _DOCS / "specs/2026-04-26-analytics.md"
DOCUMENTS: Final = (SPECIFICATION, *sorted((_DOCS / "reference").glob("*.md")))
"""The specification: its entry, and the pages that it consists of."""
_BLOCK: Final = re.compile(
    r"(?P<open><!-- (?P<name>[a-z]+(?::[a-z-]+)?) -->\n).*?(?P<close><!-- end -->)", re.DOTALL
)
_SPELLING: Final = {
    Unit.MONEY: "money",
    Unit.COUNT: "whole number",
    Unit.PERCENT: "percent, 2 decimals",
    Unit.POINTS: "percentage points, 2 decimals",
    Unit.RATE: "2 decimals",
    Unit.RANK: "whole number",
    Unit.DATE: "YYYY-MM-DD",
    Unit.TEXT: "text",
}


def tables() -> dict[str, str]:
    """Every table by the name of its place in a document."""
    implemented = registry.implemented()
    with_own = [each for each in implemented if own_figures(each)]
    return {
        "reports": _reports(),
        "figures:all": _figures(shared_figures()),
        "revisions": _revisions(
            (*shared_figures(), *(own for each in implemented for own in own_figures(each)))
        ),
        **{f"figures:{each.slug}": _figures(own_figures(each)) for each in with_own},
        **{f"columns:{each.slug}": _columns(each) for each in implemented},
    }


def places(document: str) -> list[str]:
    """The names of the places for tables in `document`, in order."""
    return [found["name"] for found in _BLOCK.finditer(document)]


def filled(document: str) -> str:
    """`document` with every table as the code has it.

    Raises:
        KeyError: a place has a name that no table has.
    """
    known = tables()
    return _BLOCK.sub(
        lambda found: f"{found['open']}{known[found['name']]}{found['close']}", document
    )


def shared_figures() -> tuple[Figure, ...]:
    """The figures that several reports show."""
    return (*_defined_in(metrics), *_defined_in(products))


def own_figures(definition: Definition[Any]) -> tuple[Figure, ...]:
    """The figures that one report alone shows."""
    presentation = definition.presentation
    if presentation is None:
        return ()
    module = presentation.present.__module__
    folder = module.rpartition(".")[0]
    modules = [
        module,
        *sorted(n for n in sys.modules if n.startswith(f"{folder}.") and n != module),
    ]
    found = (figure for name in modules for figure in _defined_in(sys.modules[name]))
    return tuple(dict.fromkeys(figure for figure in found if figure not in shared_figures()))


def _defined_in(module: ModuleType) -> Iterator[Figure]:
    """The figures a module defines; those derived from another are left to that one."""
    for value in vars(module).values():
        if isinstance(value, Figure) and not value.key.startswith("previous_"):
            yield value


def _reports() -> str:
    rows = (
        (
            f"`{each.slug}`",
            "implemented" if each.implemented else "stub",
            each.description,
            f"`/report {each.discord} [period]`" if each.discord else "none",
        )
        for each in registry.REPORTS.values()
    )
    return _table(("Slug", "State", "What it shows", "Discord"), rows)


def _figures(listed: Iterable[Figure]) -> str:
    rows = (
        (
            f"`{each.key}`",
            each.label,
            _SPELLING[each.unit],
            each.better.value if each.better else "–",
            each.definition,
        )
        for each in listed
    )
    return _table(("Figure", "Label", "Unit", "Better", "Definition"), rows)


def _revisions(listed: Iterable[Figure]) -> str:
    """Which definitions have changed: the version since then, and what was so before."""
    rows = (
        (f"`{figure.key}`", str(version), revision.since, revision.before)
        for figure in listed
        for version, revision in enumerate(figure.revisions, start=2)
    )
    return _table(("Figure", "Version", "Since", "Before"), rows)


def _columns(definition: Definition[Any]) -> str:
    rows = (
        (str(number), f"`{each.key}`", _SPELLING[each.unit], each.definition)
        for number, each in enumerate(definition.columns, start=1)
    )
    return _table(("#", "Column", "Spelling", "Meaning"), rows)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (heads, tuple("---" for _ in heads), *rows)
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


if __name__ == "__main__":
    for each in DOCUMENTS:
        each.write_text(filled(each.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
