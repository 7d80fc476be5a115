"""What axe complains of on a page, in both of its themes."""

from typing import Final

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

_AXE: Final = Axe()
_RUN: Final = """
    async (options) => (await axe.run({ resultTypes: ["violations"], ...options })).violations
        .flatMap(({ id, nodes }) => nodes.map((node) =>
            `${id}: ${node.target} ${node.failureSummary}`))
"""
_COLOURS: Final = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules that a theme can change: nothing else of a page depends on it."""


def findings(page: Page, *, reloads: bool = False) -> list[str]:
    """Each complaint with where it is, first of the light theme, then of the dark one.

    A page that ``reloads`` by itself is one of a report that is being prepared: there is nothing on
    it to be lost, and its reader waits for just that.
    """
    page.emulate_media(color_scheme="light")
    page.evaluate(_AXE.axe_script)
    rules = {"rules": {"meta-refresh": {"enabled": False}}} if reloads else {}
    found: list[str] = page.evaluate(_RUN, rules)
    page.emulate_media(color_scheme="dark")
    found += page.evaluate(_RUN, _COLOURS)
    page.emulate_media(color_scheme="light")
    return found
