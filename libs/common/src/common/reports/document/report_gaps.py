"""Report gaps: which gaps of the days that a report tells of are of its figures."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from common.reports.document.gaps import DataGap, GapKind, rule_of

_ORDER: Final = {kind.value: place for place, kind in enumerate(GapKind)}


def without_last_year(gaps: Iterable[DataGap]) -> Iterator[DataGap]:
    """The gaps of a report that tells of no days a year ago beside those compared with."""
    for gap in gaps:
        if gap.now or gap.before:
            yield msgspec.structs.replace(gap, last_year=None)


def of_figures(gaps: tuple[DataGap, ...], figures: frozenset[str]) -> tuple[DataGap, ...]:
    """The gaps that touch any of ``figures`` (keys), each with those that it touches.

    They are in the order of ``GapKind``, so that those of one heading stand together.
    """
    found = []
    for gap in sorted(gaps, key=lambda each: _ORDER.get(each.kind, len(_ORDER))):
        rule = rule_of(gap)
        touched = rule.touched(figures) if rule else frozenset()
        if touched:
            found.append(msgspec.structs.replace(gap, touches=tuple(sorted(touched))))
    return tuple(found)
