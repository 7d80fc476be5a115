"""Hash tags: names of keys that are in slots of one's choice."""

from collections.abc import Callable
from typing import Final

from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

SLOTS: Final = REDIS_CLUSTER_HASH_SLOTS
_MOST: Final = 64 * SLOTS
"""Of so many every slot has some."""


def tag_in(is_wanted: Callable[[int], bool]) -> str:
    """A hash tag, in its braces, whose slot is wanted.

    Raises:
        LookupError: none is.
    """
    for number in range(_MOST):
        if is_wanted(key_slot(b"n%d" % number)):
            return f"{{n{number}}}"
    raise LookupError("no slot is wanted")
