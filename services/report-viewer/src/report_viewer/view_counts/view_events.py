"""View events: a page posts, once a person sees it, the id of its load and nothing else.

A page says so once. What comes twice all the same, because a browser sent it again, is known by the
id, in the process that heard it first.
"""

import re
from typing import Final
from uuid import UUID

from cachetools import LRUCache

from report_viewer.problems.errors import InvalidBodyError

MOST_BYTES: Final = 64
REMEMBERED: Final = 20_000
"""How many loads are remembered: a few megabytes."""

VIEWS_PER_ADDRESS: Final = 60
"""Views of one link that one address may add in a minute: a large office reads it."""

_LOAD: Final = re.compile(rb"[A-Za-z0-9-]{8,64}")


def page_load(body: bytes) -> bytes:
    """The id of a load, which is all that a body holds.

    Raises:
        InvalidBodyError: it is no id.
    """
    if not _LOAD.fullmatch(body):
        raise InvalidBodyError
    return body


class SeenPageLoads:
    """The page loads that were counted last."""

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self._loads: LRUCache[tuple[UUID, bytes], bool] = LRUCache(remembered)

    def add(self, link_id: UUID, load: bytes) -> bool:
        """Remember a load of the link's page; whether it was new."""
        known = self._loads.get((link_id, load), False)
        self._loads[link_id, load] = True
        return not known
