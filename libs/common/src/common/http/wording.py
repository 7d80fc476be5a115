"""Wording: a text with its values filled in, which can still be said in another language.

It is the English text, and wherever a text goes it goes. Whoever has a catalog finds it there by
``pattern``, and fills in ``values`` anew (``common.i18n.formatter``). Only msgspec takes no kind of
``str`` but plain ones: no message of an error is encoded by it.
"""

from typing import Any, Self


class Wording(str):
    """English by its pattern: ``%(names)s`` in it are replaced by ``values``, wordings too."""

    __slots__ = ("pattern", "values")

    pattern: str
    values: dict[str, object]

    def __new__(cls, pattern: str, **values: object) -> Self:
        """Fill in the values; a pattern without any is taken as it is."""
        made = super().__new__(cls, pattern % values if values else pattern)
        made.pattern, made.values = pattern, values
        return made

    def __str__(self) -> str:
        """Itself: so it is still a wording when it comes out of an error as its message."""
        return self


def taken_apart(text: str) -> dict[str, Any] | None:
    """A wording as JSON, to be put together where it is shown; None of a plain text."""
    if not isinstance(text, Wording):
        return None
    values = {
        name: (taken_apart(value) or value) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return {"pattern": text.pattern, "values": values}


def put_together(parts: dict[str, Any]) -> Wording:
    """The wording that was ``taken_apart``."""
    values = {
        name: put_together(value) if isinstance(value, dict) else value
        for name, value in parts["values"].items()
    }
    pattern: str = parts["pattern"]
    return Wording(pattern, **values)
