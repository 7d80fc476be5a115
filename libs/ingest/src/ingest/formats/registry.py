"""The registry of import formats. Commands, routes, OpenAPI and the importer are driven by it.

An import format is a folder: a package with ``definition.py``, which states it, and ``reader.py``,
which reads its files. The registry finds the folders of ``ingest.formats``, and those outside this
tree that an installed distribution names as entry points of the group ``analytics.import_formats``.
No list is kept.
"""

import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Final

from ingest import formats
from ingest.csv.headers import Kinds
from ingest.formats.model import ImportFormat, Reader, Reading

ENTRY_POINTS: Final = "analytics.import_formats"
"""The entry point group by which a distribution offers an import format: name = package."""


class UnknownFormatError(LookupError):
    """No import format of that name is registered."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown import format {name!r}")
        self.name = name


class ConflictingFormatsError(ValueError):
    """Two folders define an import format of one name, or not exactly one is the fallback."""


def packages() -> Iterator[str]:
    """The dotted names of all folders of formats: those of this tree, then those outside it."""
    for module in pkgutil.iter_modules(formats.__path__, f"{formats.__name__}."):
        if module.ispkg:
            yield module.name
    for entry in sorted(entry_points(group=ENTRY_POINTS)):
        yield entry.module


def load(folders: Iterable[str]) -> dict[str, tuple[ImportFormat, str]]:
    """Each import format and its folder by its name, in order of place.

    Raises:
        ConflictingFormatsError: two folders claim one name, or not exactly one is the fallback.
        ImportError, AttributeError: a folder has no ``definition.FORMAT``.
    """
    found: list[tuple[ImportFormat, str]] = [
        (import_module(f"{each}.definition").FORMAT, each) for each in dict.fromkeys(folders)
    ]
    found.sort(key=lambda each: (each[0].place, each[0].name))
    names: dict[str, tuple[ImportFormat, str]] = {}
    for each, folder in found:
        if each.name in names:
            reason = f"import format {each.name!r} is defined in {names[each.name][1]}"
            raise ConflictingFormatsError(f"{reason} and in {folder}")
        names[each.name] = each, folder
    fallbacks = [each.name for each, _ in found if each.fallback]
    if len(fallbacks) != 1:
        raise ConflictingFormatsError(f"one import format is the fallback, not {fallbacks}")
    return names


_FOUND: Final = load(packages())

FORMATS: Mapping[str, ImportFormat] = MappingProxyType(
    {name: found for name, (found, _) in _FOUND.items()}
)
"""Every import format by its name, in order of place."""

FALLBACK: Final = next(each for each in FORMATS.values() if each.fallback)
"""The format that is meant where none is named, and that reads the files that others do not."""

KINDS: Final[Kinds] = {
    label: signs for each in FORMATS.values() for label, signs in each.kinds.items()
}
"""All kinds of files, by what a person is told who gave one for another."""


def find(name: str) -> ImportFormat:
    """The import format of that name.

    Raises:
        UnknownFormatError: none is registered.
    """
    try:
        return FORMATS[name]
    except KeyError:
        raise UnknownFormatError(name) from None


def open_reader(layout: ImportFormat, reading: Reading) -> Reader:
    """A reader of a registered format's files; close it.

    Raises:
        UnknownFormatError: it is not registered.
    """
    find(layout.name)
    reader: Reader = import_module(f"{_FOUND[layout.name][1]}.reader").open_reader(reading)
    return reader
