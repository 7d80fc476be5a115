"""Charts of a printed report: SVG drawn from the document's own figures, in words beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from common.i18n.formatter import Formatter
from common.reports.document.schema import (
    BarChart,
    LineChart,
    Naming,
    Pareto,
    Section,
    Series,
)
from worker.forms.source import Source
from worker.forms.spelling import amount, day

_WIDTH, _HEIGHT = 720, 150
_NOW, _BEFORE, _RULE = "#1d4ed8", "#64748b", "#cbd5e1"
_BAR_SHARE: Final = 0.62

Values = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, and what is said of it: its scale, what is drawn, its ends, and all in words.

    ``labels`` are the names of bars, in their order: below them, or where they lie ``across``,
    beside them, each as high as the next.
    """

    svg: str
    labels: tuple[str, ...]
    across: bool
    scale: str
    now: str
    before: str
    first: str
    last: str
    alt: str


def chart_of(section: Section, source: Source) -> Chart | None:
    """The drawing of a section; None for a table, and where there is nothing to draw."""
    if not isinstance(section, LineChart | BarChart | Pareto) or not section.series:
        return None
    series = next((each for each in section.series if each.drawn), section.series[0])
    known = [value for value in (*series.values, *(series.previous or ())) if value is not None]
    if not known or not section.labels:
        return None
    words = source.words
    low, high = min(0, *known), max(0, *known)
    draw, ends = _bars, ("", "")
    across = not isinstance(section, LineChart) and section.naming is Naming.NAMES
    if isinstance(section, LineChart):
        draw, ends = _lines, (day(section.labels[0], words), day(section.labels[-1], words))
    elif across:
        draw = _bars_across
    label, title = words.text(series.label), words.text(section.title)
    scale = f"{amount(low, series.unit, source)} – {amount(high, series.unit, source)}"
    return Chart(
        svg=_svg(draw(series, low, high)),
        labels=_names(section, words),
        across=across,
        scale=scale,
        now=label,
        before=words.text("%(label)s, before", label=label) if series.previous else "",
        first=ends[0],
        last=ends[1],
        alt=": ".join((title, ", ".join(filter(None, (label, *ends, scale))))),
    )


def _names(section: LineChart | BarChart | Pareto, words: Formatter) -> tuple[str, ...]:
    """What bars are called; days are told by the ends of their line."""
    if isinstance(section, LineChart):
        return ()
    weekdays = section.naming is Naming.WEEKDAYS
    return words.calendar.weekdays() if weekdays else section.labels


def _svg(shapes: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f"{''.join(shapes)}</svg>"
    )


def _height(value: int, low: int, high: int) -> float:
    """Where a value stands, from the top."""
    return round((high - value) * _HEIGHT / ((high - low) or 1), 1)


def _zero(low: int, high: int) -> str:
    y = _height(0, low, high)
    return f'<path d="M0 {y}H{_WIDTH}" stroke="{_RULE}" stroke-width="1"/>'


def _lines(series: Series, low: int, high: int) -> Iterable[str]:
    yield _zero(low, high)
    if series.previous is not None:
        yield from _line(series.previous, low, high, f'stroke="{_BEFORE}" stroke-dasharray="5 4"')
    yield from _line(series.values, low, high, f'stroke="{_NOW}"')


def _line(values: Values, low: int, high: int, look: str) -> Iterable[str]:
    """A line, broken where a value is not known; a lone one is a dot."""
    step = _WIDTH / max(len(values) - 1, 1)
    points = [
        None if value is None else (round(n * step, 1), _height(value, low, high))
        for n, value in enumerate(values)
    ]
    for known, run in groupby(points, key=lambda point: point is not None):
        if known:
            path = "L".join(f"{x} {y}" for x, y in filter(None, run))
            alone = "" if "L" in path else "h0.1"
            yield (
                f'<path d="M{path}{alone}" fill="none" stroke-width="1.8" stroke-linecap="round"'
                f" {look}/>"
            )


def _bars(series: Series, low: int, high: int) -> Iterable[str]:
    """Bars in the order of the table below them; a tick stands where it was before."""
    room = _WIDTH / len(series.values)
    width = round(room * _BAR_SHARE, 1)
    zero = _height(0, low, high)
    for n, value in enumerate(series.values):
        x = round(n * room + (room - width) / 2, 1)
        if value is not None:
            y = _height(value, low, high)
            yield (
                f'<rect x="{x}" y="{min(y, zero)}" width="{width}"'
                f' height="{round(abs(y - zero), 1)}" fill="{_NOW}"/>'
            )
        before = series.previous[n] if series.previous else None
        if before is not None:
            y = _height(before, low, high)
            yield f'<path d="M{x} {y}h{width}" stroke="{_BEFORE}" stroke-width="2"/>'
    yield _zero(low, high)


def _bars_across(series: Series, low: int, high: int) -> Iterable[str]:
    """Bars from the left to the right, one below the other."""
    room = _HEIGHT / len(series.values)
    height = round(room * _BAR_SHARE, 2)

    def at(value: int) -> float:
        return round(_WIDTH - _height(value, low, high) * _WIDTH / _HEIGHT, 1)

    zero = at(0)
    for n, value in enumerate(series.values):
        y = round(n * room + (room - height) / 2, 2)
        if value is not None:
            x = at(value)
            yield (
                f'<rect x="{min(x, zero)}" y="{y}" width="{round(abs(x - zero), 1)}"'
                f' height="{height}" fill="{_NOW}"/>'
            )
        before = series.previous[n] if series.previous else None
        if before is not None:
            yield f'<path d="M{at(before)} {y}v{height}" stroke="{_BEFORE}" stroke-width="2"/>'
    yield f'<path d="M{zero} 0V{_HEIGHT}" stroke="{_RULE}" stroke-width="1"/>'
