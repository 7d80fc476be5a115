"""Files of the pages of reports: styles and scripts, each made of small ones in order."""

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Final

from common import design
from report_pages.sections.registry import KINDS, SCRIPT, STYLE, SectionKinds

_BEFORE_KINDS: Final = (
    "fixed_point",
    "number_format",
    "elements",
    "url_fragment",
    "palette",
    "drawing",
    "data_points",
    "axes",
    "annotations",
)
_AFTER_KINDS: Final = (
    "tooltip",
    "legend",
    "range_selection",
    "keyboard",
    "chart_state",
    "chart",
    "charts",
    "table_sort",
    "table_search",
    "compared",
    "csv_rows",
    "chart_days",
    "product_measures",
    "product_lists",
    "product_rows",
    "product_table",
    "product_explorer",
    "tables",
    "theme_picker",
    "measure_tiles",
    "menus",
    "relative_time",
    "start",
)


def _scripts(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"report/{name}.js" for name in names)


FILES: Final[Mapping[str, tuple[str, ...]]] = {
    design.ICON: (design.ICON,),
    "report.css": (
        *design.SHEETS,
        "report.css",
        "tables.css",
        "controls.css",
        "gaps.css",
        STYLE,
        "print.css",
    ),
    design.THEME: (design.THEME,),
    "report.js": (*_scripts(_BEFORE_KINDS), SCRIPT, *_scripts(_AFTER_KINDS)),
    "vendor/chart.umd.min.js": ("vendor/chart.umd.min.js",),
}
"""What a service serves for the pages, and the files that it is made of.

``STYLE`` and ``SCRIPT`` stand for that file of every kind of section that has it; the sheets of
``common.design`` are those of all services.

The page's script is small files that share one namespace, each after those it uses. Modules would
ask for each other by addresses without digests, unless an import map told them, which is an inline
script and so refused by the content policy; and a single file is a single request.
"""


def body(name: str, kinds: SectionKinds = KINDS) -> bytes:
    """The text of a file of ``FILES``."""
    return b"\n".join(source for each in FILES[name] for source in _sources(each, kinds))


def _sources(name: str, kinds: SectionKinds) -> Iterator[bytes]:
    if name in {STYLE, SCRIPT}:
        yield from filter(None, (kind.read(name) for kind in kinds.by_tag.values()))
    elif name in design.SHARED:
        yield design.sheet(name)
    else:
        yield files("report_pages").joinpath("static", name).read_bytes()
