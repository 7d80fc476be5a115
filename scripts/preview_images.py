#!/usr/bin/env python3
"""Draw the preview images of links: a title, and a shape that stands for the type of report.

The shapes are the same for every tenant; no metric of any goes into them. The viewer ships the
files; a test fails when one is missing or says something else. Runs in the workspace's environment:
`.venv/bin/python scripts/preview_images.py`.
"""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from common.reports.registry import REPORTS
from report_viewer.pages.preview_images import FOLDER, NEUTRAL

SIZE: Final = (1200, 630)
"""What chats show whole, in pixels."""

_FINER: Final = 2
"""Drawn so many times as large, and made smaller for smooth edges."""

_Colour = tuple[int, ...]

_PAPER: Final = (13, 22, 36)
_GLOW: Final = (27, 58, 88)
_GRID: Final = (38, 58, 82)
_INK: Final = (245, 248, 252)
_FAINT: Final = (156, 176, 200)
_ACCENT: Final = (64, 214, 188)
_SECOND: Final = (104, 152, 255)

_LEFT: Final = 84
_RIGHT: Final = 1116
_FLOOR: Final = 560
_TALL: Final = 232

# Heights from 0 to 1.
_WAVE: Final = (0.16, 0.25, 0.22, 0.36, 0.33, 0.49, 0.45, 0.61, 0.57, 0.77, 0.72, 0.95)
_ECHO: Final = (0.10, 0.15, 0.19, 0.22, 0.28, 0.29, 0.36, 0.38, 0.45, 0.47, 0.54, 0.56)
_RHYTHM: Final = (0.44, 0.36, 0.48, 0.56, 0.72, 1.0, 0.84)
_RANKS: Final = (1.0, 0.76, 0.59, 0.46, 0.36, 0.28, 0.22, 0.17, 0.13, 0.10)


def draw(name: str, title: str) -> bytes:
    """The picture of the report ``name`` as PNG; the same bytes each time."""
    image = _background()
    pen = ImageDraw.Draw(image, "RGBA")
    for step in range(4):
        height = _FLOOR - step * _TALL / 3
        pen.line(_scaled((_LEFT, height, _RIGHT, height)), _GRID, _FINER)
    match name:
        case "revenue-overview":
            _area(image, _WAVE, _ACCENT)
            _line(pen, _ECHO, _SECOND)
            _line(pen, _WAVE, _ACCENT)
        case "sales-velocity":
            _bars(pen, _RHYTHM)
        case "product-performance":
            _bars(pen, _RANKS)
        case _:
            _area(image, _ECHO, _ACCENT)
            _line(pen, _ECHO, _ACCENT)
    _words(pen, title)
    packed = io.BytesIO()
    smooth = image.resize(SIZE, Image.Resampling.LANCZOS)
    smooth.quantize(255, dither=Image.Dither.FLOYDSTEINBERG).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def _background() -> Image.Image:
    width, height = (side * _FINER for side in SIZE)
    image = Image.new("RGB", (width, height), _PAPER)
    light = Image.new("L", (width // 8, height // 8), 0)
    ImageDraw.Draw(light).ellipse((150, -60, 370, 130), fill=255)
    light = light.filter(ImageFilter.GaussianBlur(38)).resize((width, height))
    image.paste(_GLOW, mask=light)
    return image


def _words(pen: ImageDraw.ImageDraw, title: str) -> None:
    pen.rounded_rectangle(_scaled((_LEFT, 74, _LEFT + 10, 114)), 5 * _FINER, fill=_ACCENT)
    small = ImageFont.load_default(28 * _FINER)
    pen.text(_at(_LEFT + 28, 94), "Sales report", _FAINT, small, "lm")
    size = 88
    while pen.textlength(title, ImageFont.load_default(size * _FINER)) > _FINER * (_RIGHT - _LEFT):
        size -= 2
    large = ImageFont.load_default(size * _FINER)
    pen.text(_at(_LEFT - 4, 190), title, _INK, large, "lm", stroke_width=1, stroke_fill=_INK)


def _line(pen: ImageDraw.ImageDraw, heights: Sequence[float], colour: _Colour) -> None:
    points = _points(heights)
    pen.line(points, colour, 6 * _FINER, "curve")
    for x, y in (points[0], points[-1]):
        r = (3 if (x, y) == points[0] else 10) * _FINER
        pen.ellipse((x - r, y - r, x + r, y + r), colour)


def _area(image: Image.Image, heights: Sequence[float], colour: _Colour) -> None:
    """Below a line, fainter towards the floor."""
    mask = Image.new("L", image.size, 0)
    corners = _at(_RIGHT, _FLOOR), _at(_LEFT, _FLOOR)
    ImageDraw.Draw(mask).polygon([*_points(heights), *corners], fill=255)
    top = (_FLOOR - _TALL) * _FINER
    fade = Image.linear_gradient("L").resize((image.width, _TALL * _FINER))
    fade = fade.transpose(Image.Transpose.FLIP_TOP_BOTTOM).point(lambda value: value * 0.42)
    faint = Image.new("L", image.size, 0)
    faint.paste(fade, (0, top))
    nothing = Image.new("L", image.size, 0)
    image.paste(colour, mask=Image.composite(faint, nothing, mask))


def _bars(pen: ImageDraw.ImageDraw, heights: Sequence[float]) -> None:
    room = (_RIGHT - _LEFT) / len(heights)
    gap = room * 0.26
    for place, height in enumerate(heights):
        left = _LEFT + place * room + gap / 2
        box = _scaled((left, _FLOOR - height * _TALL, left + room - gap, _FLOOR))
        colour = _ACCENT if height == max(heights) else _SECOND
        pen.rounded_rectangle(box, 8 * _FINER, colour, corners=(True, True, False, False))


def _points(heights: Sequence[float]) -> list[tuple[float, float]]:
    """A smooth curve through the heights, from edge to edge."""
    last = len(heights) - 1
    points = []
    for n in range(last * 16 + 1):
        place, part = min(n // 16, last - 1), n / 16 - min(n // 16, last - 1)
        near = [heights[min(max(place + k, 0), last)] for k in (-1, 0, 1, 2)]
        height = _between(near, part)
        x = _LEFT + (_RIGHT - _LEFT) * n / (last * 16)
        points.append(_at(x, _FLOOR - height * _TALL))
    return points


def _between(near: Sequence[float], part: float) -> float:
    """Catmull and Rom's curve: between the second and the third of four heights."""
    a, b, c, d = near
    return b + 0.5 * part * (
        c - a + part * (2 * a - 5 * b + 4 * c - d + part * (3 * (b - c) + d - a))
    )


def _at(x: float, y: float) -> tuple[float, float]:
    return x * _FINER, y * _FINER


def _scaled(points: Sequence[float]) -> tuple[float, ...]:
    return tuple(each * _FINER for each in points)


def titles() -> Mapping[str, str]:
    """The title on each image, by the image's name."""
    reports = {slug: each.title for slug, each in REPORTS.items() if each.implemented}
    return {NEUTRAL: "A report by link"} | reports


def main() -> None:
    """Write the files anew."""
    folder = Path(str(FOLDER))
    for old in folder.glob("*.png"):
        old.unlink()
    for name, title in titles().items():
        (folder / f"{name}.png").write_bytes(draw(name, title))


if __name__ == "__main__":
    main()
