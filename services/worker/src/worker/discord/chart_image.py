"""Chart images for Discord: the main measure by day as lines, or by product as bars.

It is drawn on a ground of its own, so that it reads alike on Discord's dark and light themes. Names
that a shop gave do not stand in it: no one font has all scripts. Bars are numbered instead, and the
message says who is who.
"""

import io
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from common.reports.document.metrics import Unit
from common.reports.document.schema import BarChart, Document, LineChart, Pareto, Series
from common.reports.money import divide_half_even
from worker.discord.wording import day, figure, number, short_day, span

WIDTH: Final = 800
HEIGHT: Final = 300
_FINER: Final = 2
"""Drawn this many times as large, and made smaller: that smooths the edges."""
_GROUND: Final = (30, 31, 36)
_TEXT: Final = (236, 238, 242)
_MUTED: Final = (172, 178, 190)
_RULE: Final = (62, 65, 74)
_NOW: Final = (98, 178, 255)
_BEFORE: Final = (214, 170, 92)
_LEFT, _RIGHT, _TOP, _BOTTOM = 112, 24, 56, 40
_RULES: Final = 3
_SMALL: Final = 100
"""A scale of fewer units than that is a small one."""
_DASH, _GAP = 9, 7
_BAR_SHARE: Final = 0.68

Chart = LineChart | BarChart | Pareto
Values = tuple[int | None, ...]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ChartImage:
    """A PNG, and in words what it shows."""

    png: bytes
    description: str


def chart_of(document: Document) -> Chart | None:
    """The chart that a picture is drawn of: what is by day, else what is by name."""
    charts = [each for each in document.sections if isinstance(each, Chart)]
    by_day = (each for each in charts if isinstance(each, LineChart))
    found = next(by_day, None) or next(iter(charts), None)
    return found if found is not None and found.series and found.labels else None


def draw(document: Document) -> ChartImage | None:
    """The picture of a report; None where there is nothing to draw."""
    chart = chart_of(document)
    if chart is None or document.empty:
        return None
    series = chart.series[0]
    canvas = _Canvas(series, document)
    canvas.head(f"{series.label} by {'day' if isinstance(chart, LineChart) else 'product'}")
    canvas.rules()
    if isinstance(chart, LineChart):
        canvas.line(series.previous or (), _BEFORE, dashed=True)
        canvas.line(series.values, _NOW)
        first, last = chart.labels[0], chart.labels[-1]
        spelled = short_day if first.year == last.year else day
        canvas.ends(spelled(first), spelled(last))
    else:
        canvas.bars(series.values, series.previous)
    return ChartImage(canvas.png(), _described(series, document, chart))


def _described(series: Series, document: Document, chart: Chart) -> str:
    kind = "by day" if isinstance(chart, LineChart) else f"of {len(chart.labels)} products"
    values = [value for value in series.values if value is not None]
    text = f"{series.label} {kind}, {span(document.days)}"
    if not values:
        return text
    least, most = (figure(f(values), series.unit, document) for f in (min, max))
    return f"{text}: from {least} to {most}. Beside them {span(document.previous_days)}."


class _Canvas:
    """A ground with a scale that holds the values of both windows, and zero."""

    def __init__(self, series: Series, document: Document) -> None:
        self._document, self._unit = document, series.unit
        shown = [value for value in (*series.values, *(series.previous or ())) if value is not None]
        self._least, self._most = min(0, *shown, 0), max(0, *shown, 0)
        size = (WIDTH * _FINER, HEIGHT * _FINER)
        self._image = Image.new("RGB", size, _GROUND)
        self._draw = ImageDraw.Draw(self._image)
        self._small = ImageFont.load_default(15 * _FINER)
        self._large = ImageFont.load_default(19 * _FINER)

    def head(self, title: str) -> None:
        """The title, and which colour is which window."""
        if self._unit is Unit.MONEY:
            title += f", {self._document.currency}"
        self._write((_RIGHT, 18), title, _TEXT, self._large)
        right = WIDTH - _RIGHT
        for words, colour in (("before", _BEFORE), ("now", _NOW)):
            self._write((right, 20), words, _MUTED, self._small, anchor="ra")
            right -= int(self._draw.textlength(words, self._small) / _FINER) + 8
            self._stroke([(right - 22, 29), (right, 29)], colour)
            right -= 42

    def rules(self) -> None:
        """Lines at the ends and in the middle of the scale, with their values."""
        exponent = self._document.exponent(self._unit)
        # A small scale is told to the last digit: rounded, its lines would not be where they say.
        small = self._most - self._least < _SMALL * 10**exponent
        for place in range(_RULES):
            value = self._least + (self._most - self._least) * place // (_RULES - 1)
            y = self._y(value)
            self._stroke([(_LEFT, y), (WIDTH - _RIGHT, y)], _RULE, width=1)
            text = number(value, exponent) if small else _short(value, exponent)
            self._write((_LEFT - 10, y), text, _MUTED, self._small, anchor="rm")
        zero = self._y(0)
        self._stroke([(_LEFT, zero), (WIDTH - _RIGHT, zero)], _MUTED, width=1)

    def line(self, values: Values, colour: tuple[int, int, int], *, dashed: bool = False) -> None:
        """A line through the values there are; where one is missing it is broken."""
        step = (WIDTH - _LEFT - _RIGHT) / max(1, len(values) - 1)
        piece: list[Point] = []
        for place, value in enumerate((*values, None)):
            if value is not None:
                piece.append((_LEFT + place * step, self._y(value)))
            elif piece:
                self._piece(piece, colour, dashed=dashed)
                piece = []

    def bars(self, values: Values, previous: Values | None) -> None:
        """A bar for each value, with a mark where it stood before, numbered from 1."""
        room = (WIDTH - _LEFT - _RIGHT) / len(values)
        before = previous or (None,) * len(values)
        for place, (value, was) in enumerate(zip(values, before, strict=True)):
            left = _LEFT + room * (place + (1 - _BAR_SHARE) / 2)
            right = left + room * _BAR_SHARE
            if value is not None:
                low, high = sorted((self._y(value), self._y(0)))
                box = tuple(each * _FINER for each in (left, low, right, max(high, low + 1)))
                self._draw.rectangle(box, fill=_NOW)
            if was is not None:
                y = self._y(was)
                self._stroke([(left - 4, y), (right + 4, y)], _BEFORE)
            middle = (left + right) / 2
            foot = (middle, HEIGHT - _BOTTOM + 8)
            self._write(foot, str(place + 1), _MUTED, self._small, anchor="ma")

    def ends(self, first: str, last: str) -> None:
        """What the first and the last point are."""
        y = HEIGHT - _BOTTOM + 10
        self._write((_LEFT, y), first, _MUTED, self._small)
        self._write((WIDTH - _RIGHT, y), last, _MUTED, self._small, anchor="ra")

    def png(self) -> bytes:
        """The picture as a file."""
        smooth = self._image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        smooth.save(buffer, "PNG", optimize=True)
        return buffer.getvalue()

    def _y(self, value: int) -> float:
        height = HEIGHT - _TOP - _BOTTOM
        span_ = (self._most - self._least) or 1
        return HEIGHT - _BOTTOM - height * (value - self._least) / span_

    def _piece(self, points: list[Point], colour: tuple[int, int, int], *, dashed: bool) -> None:
        if len(points) == 1:
            ((x, y),) = points
            points = [(x - 2, y), (x + 2, y)]
        if not dashed:
            self._stroke(points, colour, width=3)
            return
        for dash in _dashes(points):
            self._stroke(dash, colour)

    def _stroke(self, points: list[Point], colour: tuple[int, int, int], *, width: int = 2) -> None:
        scaled = [(x * _FINER, y * _FINER) for x, y in points]
        self._draw.line(scaled, fill=colour, width=width * _FINER, joint="curve")

    def _write(
        self,
        at: Point,
        text: str,
        colour: tuple[int, int, int],
        font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
        *,
        anchor: str = "la",
    ) -> None:
        self._draw.text((at[0] * _FINER, at[1] * _FINER), text, colour, font, anchor=anchor)


def _short(scaled: int, exponent: int) -> str:
    """``scaled`` × 10^-exponent as a whole number for a scale, where there is little room."""
    value = divide_half_even(scaled, 10**exponent)
    for size, sign in ((10**9, "G"), (10**6, "M")):
        if abs(value) >= 10 * size:
            return number(divide_half_even(value * 10, size), 1) + sign
    return number(value, 0)


def _dashes(points: list[Point]) -> list[list[Point]]:
    """A polyline in dashes of even length along it."""
    dashes: list[list[Point]] = []
    drawing, left, dash = True, float(_DASH), [points[0]]
    for (x0, y0), (x1, y1) in pairwise(points):
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        gone = 0.0
        while length - gone > left:
            gone += left
            at = (x0 + (x1 - x0) * gone / length, y0 + (y1 - y0) * gone / length)
            if drawing:
                dashes.append([*dash, at])
            drawing, dash = not drawing, [at]
            left = float(_DASH if drawing else _GAP)
        left -= length - gone
        if drawing:
            dash.append((x1, y1))
    if drawing and len(dash) > 1:
        dashes.append(dash)
    return dashes
