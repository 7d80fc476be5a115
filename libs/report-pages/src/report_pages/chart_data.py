"""Chart data: the JSON that the page's script draws from, with its number formats and words.

It draws and spells from these; it knows no definition and no language.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from markupsafe import Markup

from common.reports.document.metrics import Unit
from report_pages.formatting import NOTHING, DocumentFormatter
from report_pages.script_strings import words
from report_pages.sections.registry import KINDS, SectionKinds

_ESCAPES: Final = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)


def island(figures: DocumentFormatter, kinds: SectionKinds = KINDS) -> Markup:
    """The charts as JSON that may stand inside a ``script`` element."""
    document = figures.document
    return embeddable(
        {
            "words": words(figures),
            "figures": {
                "symbols": figures.symbols(),
                "exponents": {unit: document.exponent(unit) for unit in Unit},
                "dates": figures.dates(),
                "nothing": NOTHING,
                "currency": document.currency,
            },
            "charts": list(_charts(figures, kinds)),
        }
    )


def _charts(figures: DocumentFormatter, kinds: SectionKinds) -> Iterator[dict[str, Any]]:
    for section in figures.document.sections:
        kind = kinds.of(section)
        data = kind.view.chart_data(section, figures)
        if data is not None:
            named = {"key": section.key, "title": figures.text(section.title), "kind": kind.tag}
            yield named | data


def embeddable(value: object) -> Markup:
    """``value`` as JSON in which nothing can end the element or be read as markup."""
    data = msgspec.json.encode(value)
    for character, escape in _ESCAPES:
        data = data.replace(character, escape)
    return Markup(data.decode("utf-8"))  # noqa: S704 - every special character is escaped above
