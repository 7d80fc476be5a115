"""The registry of report types. Routes, OpenAPI, docs, Discord and warm-up are driven by it.

A report type is a folder: a package with ``definition.py`` and, unless it is a stub, ``query.py``.
The registry finds the folders of ``common.reports.catalog``, and those outside this tree that an
installed distribution names as entry points of the group ``analytics.reports``. No list is kept.
"""

import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, Final

from common.http.wording import Wording
from common.reports import catalog
from common.reports.model import Definition

ENTRY_POINTS: Final = "analytics.reports"
"""The entry point group by which a distribution offers a report type: slug = package."""


class UnknownReportError(LookupError):
    """No report type of that name is registered."""

    def __init__(self, slug: str) -> None:
        known = ", ".join(each.slug for each in implemented())
        super().__init__(
            Wording(
                "unknown report type %(report)s; there are: %(known)s",
                report=repr(slug),
                known=known,
            )
        )
        self.slug = slug


class DuplicateReportError(ValueError):
    """Two folders define a report type of the same slug, or of the same Discord subcommand."""

    def __init__(self, name: str, folders: tuple[str, str]) -> None:
        super().__init__(f"report type {name!r} is defined in {folders[0]} and in {folders[1]}")
        self.name = name
        self.folders = folders


def packages() -> Iterator[str]:
    """The dotted names of all report folders: those of the catalog, then those outside the tree."""
    for module in pkgutil.iter_modules(catalog.__path__, f"{catalog.__name__}."):
        if module.ispkg:
            yield module.name
    for entry in sorted(entry_points(group=ENTRY_POINTS)):
        yield entry.module


def load(folders: Iterable[str]) -> dict[str, tuple[Definition[Any], str]]:
    """The definition and the folder of each report type by its slug, in the order readers see.

    Raises:
        DuplicateReportError: two folders claim one name.
        ImportError, AttributeError: a folder has no ``definition.DEFINITION``.
    """
    found = [(import_module(f"{each}.definition").DEFINITION, each) for each in folders]
    found.sort(key=lambda report: (report[0].place, report[0].slug))
    slugs: dict[str, str] = {}
    commands: dict[str, str] = {}
    for definition, folder in found:
        _claim(slugs, definition.slug, folder)
        if definition.discord:
            _claim(commands, definition.discord, folder)
    return {definition.slug: (definition, folder) for definition, folder in found}


def _claim(names: dict[str, str], name: str, folder: str) -> None:
    owner = names.setdefault(name, folder)
    if owner != folder:
        raise DuplicateReportError(name, (owner, folder))


_FOUND: Final = load(packages())

REPORTS: Mapping[str, Definition[Any]] = MappingProxyType(
    {slug: definition for slug, (definition, _) in _FOUND.items()}
)
"""Every report type by its slug, in the order readers see them."""


def find(slug: str) -> Definition[Any]:
    """The report type of that name, stub or not.

    Raises:
        UnknownReportError: none is registered.
    """
    return _found(slug)[0]


def folder(slug: str) -> str:
    """The package of the report type of that name.

    Raises:
        UnknownReportError: none is registered.
    """
    return _found(slug)[1]


def _found(slug: str) -> tuple[Definition[Any], str]:
    try:
        return _FOUND[slug]
    except KeyError:
        raise UnknownReportError(slug) from None


def implemented() -> tuple[Definition[Any], ...]:
    """The report types that can be computed, in the registry's order."""
    return tuple(definition for definition in REPORTS.values() if definition.implemented)
