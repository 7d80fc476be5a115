"""Wording: a text with its values filled in, which can still be said in another language.

It is the English text, and wherever a text goes it goes. Whoever has a catalog finds it there by
``pattern``, and fills in ``values`` anew (``common.i18n.formatter``). Only msgspec takes no kind of
``str`` but plain ones: no message of an error is encoded by it.
"""

from typing import Self


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
