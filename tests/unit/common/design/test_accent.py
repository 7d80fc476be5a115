"""Accents: whatever the colour, its tones can be read in both themes."""

import re
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from common.design.accent import TEXT_RATIO, accent_of, contrast, grounds, is_colour

BYTES = st.integers(0, 255)


def _readable(colour: str) -> None:
    accent = accent_of(colour)
    for theme, tone in (("light", accent.light), ("dark", accent.dark)):
        assert is_colour(tone)
        for ground in grounds(theme):
            assert contrast(tone, ground) >= TEXT_RATIO, (colour, theme, tone, ground)


@given(BYTES, BYTES, BYTES)
def test_every_colour_can_be_read(red: int, green: int, blue: int) -> None:
    _readable(f"#{red:02x}{green:02x}{blue:02x}")


def test_the_corners_of_the_cube_can_be_read() -> None:
    for parts in product(("00", "01", "7f", "80", "fe", "ff"), repeat=3):
        _readable(f"#{''.join(parts)}")


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert accent_of("#1f55c4").light == "#1f55c4"
    assert accent_of("#8ab0ff").dark == "#8ab0ff"
    assert accent_of("#000000").light == "#000000"
    assert accent_of("#ffffff").dark == "#ffffff"


def test_the_grounds_are_those_of_the_sheet() -> None:
    assert grounds("light") == ("#f7f8fa", "#ffffff", "#f1f3f7", "#ffffff")
    assert grounds("dark") == ("#0f141b", "#161c25", "#1e2631", "#0d1520")


def test_contrast_is_that_of_wcag() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
    assert contrast("#123456", "#123456") == 1


def test_the_style_sets_tones_and_nothing_else() -> None:
    style = accent_of("#ffcc00").style
    tone = "#[0-9a-f]{6}"
    assert re.findall(r"--[a-z-]+:", style) == ["--accent:"] * 3
    assert len(re.findall(tone, style)) == 3
    assert "<" not in style


def test_what_is_no_colour() -> None:
    for text in ("", "#fff", "#FFFFFF", "red", "#12345", "#1234567", "#12345g", "#123456\n"):
        assert not is_colour(text), text
