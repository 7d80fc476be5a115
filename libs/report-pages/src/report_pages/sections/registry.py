"""Section registry: finds the kinds of sections by their folders, and a section's kind by its tag.

A folder is named by the tag of its sections in documents. It has ``view.py`` with a ``SectionView``
named ``VIEW`` and the template ``section.html``; a kind with a chart has ``chart.js``, which
registers it with the page's script, and may have ``section.css``. What stands below a section, and
below the sum that follows it, is ``tables.html``. Nothing else names a kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType
from typing import Any, Final

import msgspec

from report_pages import sections
from report_pages.sections.protocol import SectionView

TEMPLATE: Final = "section.html"
TABLES: Final = "tables.html"
SCRIPT: Final = "chart.js"
STYLE: Final = "section.css"


@dataclass(frozen=True, slots=True)
class SectionKind:
    """A kind of section: its tag, its view and its folder."""

    tag: str
    view: SectionView[Any]
    folder: Path

    @property
    def template(self) -> str:
        """The name of its template."""
        return f"sections/{self.tag}/{TEMPLATE}"

    @property
    def tables(self) -> str:
        """The name of the template of its tables, which it has where they stand apart."""
        return f"sections/{self.tag}/{TABLES}"

    def read(self, name: str) -> bytes:
        """A file of the folder; empty where the kind has none."""
        path = self.folder / name
        return path.read_bytes() if path.is_file() else b""


class SectionKinds:
    """All kinds of sections, by tag."""

    def __init__(self, kinds: Mapping[str, SectionKind]) -> None:
        self.by_tag: Mapping[str, SectionKind] = MappingProxyType(dict(kinds))
        self.templates: Mapping[str, str] = MappingProxyType(
            {
                name: text.decode("utf-8")
                for each in kinds.values()
                for name in (each.template, each.tables)
                if (text := each.read(name.rpartition("/")[2]))
            }
        )
        """The text of each template by its name."""

    def of(self, section: msgspec.Struct) -> SectionKind:
        """The kind of a section.

        Raises:
            KeyError: no folder has its tag's name.
        """
        return self.by_tag[str(section.__struct_config__.tag)]

    def in_order(self, sections: Sequence[msgspec.Struct]) -> Iterator[tuple[Any, str]]:
        """Each section with its template, and with that of its tables after the sums below it."""
        waiting: list[tuple[Any, str]] = []
        for section in sections:
            kind = self.of(section)
            if not kind.view.sums_up:
                yield from waiting
                waiting.clear()
            yield section, kind.template
            if kind.tables in self.templates:
                waiting.append((section, kind.tables))
        yield from waiting


def discover(package: ModuleType = sections) -> SectionKinds:
    """The kinds that have a folder in ``package``, in the order of their names.

    Raises:
        AttributeError: a folder's view has no ``VIEW``.
        ValueError: a folder is not named by its sections' tag.
    """
    kinds = {}
    for each in sorted(iter_modules(package.__path__), key=lambda module: module.name):
        if not each.ispkg:
            continue
        module = import_module(f"{package.__name__}.{each.name}.view")
        view: SectionView[Any] = module.VIEW
        tag = str(view.section.__struct_config__.tag)
        if tag != each.name:
            raise ValueError(f"the folder {each.name} has the view of sections tagged {tag}")
        kinds[tag] = SectionKind(tag, view, Path(str(module.__file__)).parent)
    return SectionKinds(kinds)


KINDS: Final = discover()
