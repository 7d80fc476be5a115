"""Script strings: the words that the page's script shows, in the reader's language.

They stand here as calls, so that the tools that collect a page's words for translation find them.
What is in braces the script fills in. Of words with a count it has every form of the language.
"""

from typing import Any

from report_pages.formatting import DocumentFormatter


def words(figures: DocumentFormatter) -> dict[str, Any]:
    """Every word of the script, by the name that it knows it by."""
    _, counted = figures.text, figures.wording.forms
    return {
        "measure": _("Measure"),
        "by": _("By"),
        "day": _("Day"),
        "week": _("Week"),
        "thisWindow": _("These days"),
        "previousWindow": figures.compared_days,
        "change": _("Change"),
        "new": _("new"),
        "points": _("{number} points"),
        "times": _("{number} times"),
        "chart": _("chart"),
        "chartKeys": _("Arrow keys move through its points, Escape leaves them."),
        "zoomKeys": _("With Shift they select days; Enter shows only those."),
        "selected": _("{first} to {last} selected"),
        "zoomed": _("{first} to {last}"),
        "whole": _("All days"),
        "pick": _("Show {measure} in the chart"),
        "print": _("Print or save as PDF"),
        "find": counted("Search this {count} product", "Search these {count} products"),
        "findAll": counted("Search {count} product", "Search {count} products"),
        "shownFigure": _("Key figures"),
        "list": _("Products shown"),
        "lists": {
            "best": _("Best"),
            "gaining": _("Gaining"),
            "losing": _("Losing"),
            "reversed": _("Most reversed"),
        },
        "classes": {"label": _("ABC class"), "all": _("All classes")},
        "categories": {"label": _("Category"), "all": _("All categories")},
        "more": counted("Show {count} more", "Show {count} more"),
        "products": _("Products"),
        "span": _("{first} to {last} of {all}"),
        "allProducts": _("All products"),
        "unread": _("Not all products could be read. Please reload the page."),
        "found": counted("{shown} of {count} row", "{shown} of {count} rows"),
        "ascending": _("Sorted by {column}, ascending"),
        "descending": _("Sorted by {column}, descending"),
        "unsorted": _("Back in the original order"),
        "theme": _("Appearance"),
        "themes": {
            "system": _("System"),
            "light": _("Light"),
            "dark": _("Dark"),
        },
    }
