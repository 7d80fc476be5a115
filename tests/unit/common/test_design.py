"""The shared style sheets: complete in both themes, and the only ones that name a colour."""

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

import pytest

from common import design

COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(", re.IGNORECASE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def declared(block: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block))


def test_both_ways_to_the_dark_theme_say_the_same_and_every_colour_of_light_has_its_dark() -> None:
    text = design.sheet(design.TOKENS).decode()
    light, *_ = re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    by_system, by_choice = re.findall(r":root(?::not)?\S+ \{(.*?)\}", text, re.DOTALL)
    assert declared(by_system) == declared(by_choice)
    colours = {name for name, value in declared(light).items() if COLOUR.search(value)}
    assert colours <= set(declared(by_system))
    assert set(declared(by_system)) <= set(declared(light))


@pytest.mark.parametrize("package", ["common.design", "report_pages", "share_api.console"])
def test_a_colour_has_a_name_and_every_name_is_declared(package: str) -> None:
    tokens = set(declared(design.sheet(design.TOKENS).decode()))
    sheets = [each for each in _sheets(files(package)) if each.name != design.TOKENS]
    assert sheets
    for each in sheets:
        text = COMMENT.sub("", each.read_text())
        assert COLOUR.findall(text) == [], each.name
        used = set(re.findall(r"var\((--[\w-]+)\)", text))
        assert used <= tokens | set(declared(text)), each.name


def _sheets(folder: Traversable) -> Iterator[Traversable]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _sheets(each)
        elif each.name.endswith(".css"):
            yield each
