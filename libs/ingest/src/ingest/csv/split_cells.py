"""Unquoted commas (RFC 4180): whether one may have split a cell of a row.

``12,05`` without quotes is two cells, and whatever stands behind it is one column too far: where
the last column is empty, the row ends in an empty cell too many, as one with bare commas does.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

_BEFORE: Final = re.compile(r"-?([0-9]{1,15}|[0-9]{1,3}(\.[0-9]{3})+)", re.ASCII)
_DECIMALS_OR_GROUP: Final = re.compile(r"[0-9]{1,2}|[0-9]{3}(\.[0-9]+)?", re.ASCII)


def may_be_split(cells: Sequence[str]) -> bool:
    """Whether two neighbours may be one number or text that was written with a comma."""
    return any(_may_be_one(before, behind) for before, behind in pairwise(cells))


def _may_be_one(before: str, behind: str) -> bool:
    if before.strip() and behind[:1] == " " and behind.strip():
        return True
    return bool(_BEFORE.fullmatch(before) and _DECIMALS_OR_GROUP.fullmatch(behind))
