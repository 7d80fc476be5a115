"""Design: the tokens (colours, type, spacing, both themes) and elements that all pages share.

Style sheets without a build: a service serves them in front of its own, ``tokens.css`` first; the
script that applies the theme a reader chose, and the icon.
"""

from functools import cache
from importlib.resources import files
from typing import Final

TOKENS: Final = "tokens.css"
BASE: Final = "base.css"
SHEETS: Final = (TOKENS, BASE)
"""The shared style sheets, in the order in which a page needs them."""
THEME: Final = "theme.js"
ICON: Final = "icon.svg"
SHARED: Final = (*SHEETS, THEME, ICON)
"""Everything that services serve of this."""


@cache
def sheet(name: str) -> bytes:
    """The text of a shared file, one of ``SHARED``."""
    return files(__name__).joinpath(name).read_bytes()
