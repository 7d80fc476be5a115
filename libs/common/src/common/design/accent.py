"""Accents: a tenant's colour in tones that can be read on the pages' grounds (WCAG 2, level AA).

A colour is mixed with black for light pages and with white for dark ones, in linear light and only
as far as needed: mixing moves the relative luminance in a straight line, so that the least amount
is a quotient, and rounding to whole bytes away from the ground keeps the ratio.
"""

import math
import re
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

from common import design

TEXT_RATIO: Final = 4.5
"""Of text to its ground, and of the letters on a button: level AA."""
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_SPREAD: Final = 0.05
"""What the formula of contrast adds to both luminances, for light on the screen."""
_SLOPE: Final = 12.92
_KNEE: Final = 0.0031308
_OFFSET: Final = 0.055
_GAMMA: Final = 2.4
_EXACT: Final = 1e-6
"""As near to a whole byte as one that was unpacked and packed again."""

Rgb = tuple[float, float, float]


class Accent(NamedTuple):
    """The tones of a colour, as ``#rrggbb``: for the light theme, and for the dark one."""

    light: str
    dark: str

    @property
    def style(self) -> str:
        """A style sheet that sets the tones, to follow the sheets of ``common.design``."""
        dark = f"{{--accent:{self.dark}}}"
        system = ':root:not([data-theme="light"])'
        return (
            f":root{{--accent:{self.light}}}"
            f"@media screen and (prefers-color-scheme:dark){{{system}{dark}}}"
            f'@media screen{{:root[data-theme="dark"]{dark}}}'
        )


def is_colour(text: str) -> bool:
    """Whether it is a colour of sRGB as it is stored: ``#rrggbb`` in lower case."""
    return _COLOUR.fullmatch(text) is not None


def accent_of(colour: str) -> Accent:
    """The tones of a colour that ``is_colour``."""
    linear = _linear(colour)
    return Accent(_written(_darker(linear), math.floor), _written(_lighter(linear), math.ceil))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((_luminance(_linear(one)), _luminance(_linear(other))))
    return (high + _SPREAD) / (low + _SPREAD)


def grounds(theme: str) -> tuple[str, ...]:
    """What an accent stands on in the ``light`` or the ``dark`` theme, and the letters on it."""
    return tuple(_tokens(theme)[name] for name in ("ground", "surface", "raised", "on-accent"))


def _darker(linear: Rgb) -> Rgb:
    ground = min(_luminance(_linear(each)) for each in grounds("light"))
    most = (ground + _SPREAD) / TEXT_RATIO - _SPREAD
    share = min(1.0, most / max(_luminance(linear), most))
    return linear[0] * share, linear[1] * share, linear[2] * share


def _lighter(linear: Rgb) -> Rgb:
    ground = max(_luminance(_linear(each)) for each in grounds("dark"))
    least = (ground + _SPREAD) * TEXT_RATIO - _SPREAD
    now = _luminance(linear)
    share = 0.0 if now >= least else (least - now) / (1.0 - now)
    return (
        linear[0] + (1 - linear[0]) * share,
        linear[1] + (1 - linear[1]) * share,
        linear[2] + (1 - linear[2]) * share,
    )


@cache
def _tokens(theme: str) -> dict[str, str]:
    """The colours of a theme, by their name in the sheet of tokens: the sheet alone has them."""
    sheet = design.sheet(design.TOKENS).decode("utf-8")
    blocks = re.findall(r"\{([^{}]*)\}", sheet)
    [block] = [each for each in blocks if f"color-scheme: {theme};" in each][:1]
    found = re.findall(r"--([a-z-]+): (#[0-9a-f]{3}|#[0-9a-f]{6});", block)
    return {name: _six(value) for name, value in found}


def _six(colour: str) -> str:
    return colour if len(colour) == len("#rrggbb") else f"#{''.join(c * 2 for c in colour[1:])}"


def _linear(colour: str) -> Rgb:
    red, green, blue = (_unpacked(int(colour[n : n + 2], 16) / 255) for n in (1, 3, 5))
    return red, green, blue


def _unpacked(value: float) -> float:
    """What sRGB has for a value of light (IEC 61966-2-1), from 0 to 1."""
    dim = value / _SLOPE
    return dim if dim <= _KNEE else ((value + _OFFSET) / (1 + _OFFSET)) ** _GAMMA


def _packed(value: float) -> float:
    dim = value * _SLOPE
    return dim if value <= _KNEE else (1 + _OFFSET) * value ** (1 / _GAMMA) - _OFFSET


def _luminance(linear: Rgb) -> float:
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _written(linear: Rgb, whole: Callable[[float], int]) -> str:
    """The colour in whole bytes; what is whole already stays as it is."""
    values = (_packed(each) * 255 for each in linear)
    parts = (round(v) if abs(v - round(v)) < _EXACT else whole(v) for v in values)
    return "#" + "".join(f"{min(255, max(0, each)):02x}" for each in parts)
