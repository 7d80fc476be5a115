"""Each package declares what it imports, so that none stands on what another happens to bring."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(
    path.parent for each in ("libs", "services", "tools") for path in ROOT.glob(f"{each}/*/src")
)
PINNED = {"uvicorn", "psycopg"}
"""Their classes are subclassed or private parts used: an upgrade is looked at first."""


def declared(package: Path) -> dict[str, Requirement]:
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project.get("optional-dependencies", {}).values()
    given = [*project["dependencies"], *(each for extra in optional for each in extra)]
    return {canonicalize_name(each.name): each for each in map(Requirement, given)}


def imported(package: Path) -> Iterator[str]:
    """The names of top-level modules, those of the package itself and of Python left out."""
    own = {each.name for each in (package / "src").iterdir()}
    for path in (package / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    found = [each.name for each in names]
                case ast.ImportFrom(module=str(module), level=0):
                    found = [module]
                case _:
                    continue
            for name in found:
                top = name.partition(".")[0]
                if top not in own and top not in sys.stdlib_module_names:
                    yield top


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each.name)
def test_what_is_imported_is_declared(package: Path) -> None:
    known, distributions = declared(package), packages_distributions()
    missing = {
        top
        for top in imported(package)
        if not {canonicalize_name(each) for each in distributions.get(top, [top])} & set(known)
    }
    assert missing == set()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each.name)
def test_what_is_subclassed_is_pinned(package: Path) -> None:
    for name, requirement in declared(package).items():
        if name in PINNED:
            assert {each.operator for each in requirement.specifier} == {"~="}, name
