"""Design: the tokens (colours, type, spacing, both themes) and elements that all pages share.

Style sheets without a build: a service serves them in front of its own, ``tokens.css`` first.
"""

from functools import cache
from importlib.resources import files
from typing import Final

TOKENS: Final = "tokens.css"
BASE: Final = "base.css"
SHEETS: Final = (TOKENS, BASE)
"""The shared style sheets, in the order in which a page needs them."""


@cache
def sheet(name: str) -> bytes:
    """The text of a shared style sheet, one of ``SHEETS``."""
    return files(__name__).joinpath(name).read_bytes()
