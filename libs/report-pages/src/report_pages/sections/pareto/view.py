"""Pareto section: its view."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from common.reports.document.metrics import Unit
from common.reports.document.schema import Band, Pareto, Series
from common.reports.money import divide_half_even
from report_pages.comparison import svg_percent
from report_pages.formatting import DocumentFormatter
from report_pages.sections.protocol import SectionView
from report_pages.sentences import counted

_THOUSAND: Final = 1_000
_LETTER: Final = 50
"""A part of the bar has room for its letter from so many tenths of a percent, on any screen."""


_OF_ALL: Final = counted(
    "%(count)s of %(all)s products is in class A and brings %(share)s of net sales.",
    "%(count)s of %(all)s products are in class A and bring %(share)s of net sales.",
)
_OF_POSITIVE: Final = counted(
    "%(count)s of %(all)s products is in class A and brings %(share)s of all positive net sales.",
    "%(count)s of %(all)s products are in class A and bring %(share)s of all positive net sales.",
)


class Part(NamedTuple):
    """A class as part of the bar of all: where it begins and how long it is, in SVG's percent.

    ``middle`` is where its letter stands, empty where there is no room for it.
    """

    name: str
    x: str
    width: str
    middle: str


class ParetoView(SectionView[Pareto]):
    """Shows Pareto sections, without a script."""

    section = Pareto

    def metrics(self, section: Pareto) -> Sequence[Series]:
        """The series."""
        return section.series

    def labels(self, section: Pareto, figures: DocumentFormatter) -> tuple[str, ...]:
        """What the tenant called its products."""
        del figures
        return section.labels

    def summary(self, section: Pareto, figures: DocumentFormatter) -> str:
        """How many products are in the first class, and what they bring."""
        first = section.bands[0] if section.bands else None
        if first is None or first.share is None:
            return ""
        everything = sum(band.products for band in section.bands)
        return figures.wording.counted(
            *(_OF_ALL if _are_all_positive(section) else _OF_POSITIVE),
            first.products,
            all=figures.cell(everything, Unit.COUNT),
            share=figures.brief(first.share, Unit.PERCENT),
        )

    def parts(self, section: Pareto, figures: DocumentFormatter) -> tuple[Part, ...]:
        """The bar of all positive net sales by class, from where lines begin; none without any."""
        mirrored = figures.wording.direction == "rtl"
        return tuple(parts_of(section.bands, mirrored=mirrored))


def _are_all_positive(section: Pareto) -> bool:
    """Whether what is shared are all net sales, none of them below 0."""
    return all(band.name or not band.net_sales for band in section.bands)


def parts_of(bands: Sequence[Band], *, mirrored: bool) -> Iterator[Part]:
    """The parts of one bar, without gaps between them and as long as all together.

    A class that is shorter than a tenth of a percent has none.
    """
    classes = _classes(bands)
    whole = sum(band.net_sales for band in classes)
    if whole <= 0:
        return
    sums = accumulate((band.net_sales for band in classes), initial=0)
    edges = pairwise(divide_half_even(each * _THOUSAND, whole) for each in sums)
    for band, (start, end) in zip(classes, edges, strict=True):
        left = _THOUSAND - end if mirrored else start
        length = end - start
        middle = svg_percent(left + length // 2) if length >= _LETTER else ""
        if length:
            yield Part(band.name, svg_percent(left), svg_percent(length), middle)


def _classes(bands: Sequence[Band]) -> list[Band]:
    """Those with a name; the others have no positive net sales."""
    return [band for band in bands if band.name]


VIEW: Final = ParetoView()
