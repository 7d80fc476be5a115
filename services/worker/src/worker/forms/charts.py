"""Charts of a printed report: SVG drawn from the document's own figures, in words beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from common.reports.document.schema import BarChart, LineChart, Pareto, Section, Series
from worker.forms.source import Source
from worker.forms.spelling import amount, day

_WIDTH, _HEIGHT = 720, 150
_NOW, _BEFORE, _RULE = "#1d4ed8", "#64748b", "#cbd5e1"
_BAR_SHARE: Final = 0.62

Values = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, and what is said of it: its scale, what is drawn, its ends, and all in words."""

    svg: str
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
    if isinstance(section, LineChart):
        draw, ends = _lines, (day(section.labels[0], words), day(section.labels[-1], words))
    label, title = words.text(series.label), words.text(section.title)
    scale = f"{amount(low, series.unit, source)} – {amount(high, series.unit, source)}"
    return Chart(
        svg=_svg(draw(series, low, high)),
        scale=scale,
        now=label,
        before=words.text("%(label)s, before", label=label) if series.previous else "",
        first=ends[0],
        last=ends[1],
        alt=": ".join((title, ", ".join(filter(None, (label, *ends, scale))))),
    )


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
