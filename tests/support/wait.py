"""Waiting for a state, however slow the machine: tests wait for what is so, never for a time.

Patience is counted in looks with a pause between them, and not in seconds: a machine that gives the
tests a tenth of its time gives them a tenth of the looks, and so ten times as long. A look that
takes longer is followed by a longer pause: most of the machine is left to what is waited for.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

PATIENCE_SECONDS: Final = 600.0
"""For what takes a time-out in seconds, and is not about one: far more than anything takes."""
LOOKS: Final = 9000
"""When a state that does not come fails the test: after 90 s on an idle machine, and some minutes
where a look takes milliseconds."""
_PAUSE_SECONDS: Final = (0.01, 0.05)
"""The shortest and the longest."""
_PAUSE_PER_LOOK: Final = 4


def until(
    state: Callable[[], T], what: str | Callable[[], object] = "", *, looks: int = LOOKS
) -> T:
    """The first true value of ``state``, asked again and again; it may fail the test itself.

    Args:
        what: what is waited for, or what tells more of it when it does not come.
        looks: how often it is asked at most.
    """
    for _ in range(looks):
        began = time.perf_counter()
        if found := state():
            return found
        time.sleep(_pause(began))
    raise _in_vain(state, what)


async def until_async(
    state: Callable[[], T], what: str | Callable[[], object] = "", *, looks: int = LOOKS
) -> T:
    """As ``until``, while other tasks of the event loop go on; ``state`` runs in a thread."""
    for _ in range(looks):
        began = time.perf_counter()
        if found := await asyncio.to_thread(state):
            return found
        await asyncio.sleep(_pause(began))
    raise _in_vain(state, what)


def _pause(began: float) -> float:
    shortest, longest = _PAUSE_SECONDS
    return min(longest, max(shortest, _PAUSE_PER_LOOK * (time.perf_counter() - began)))


def _in_vain(state: Callable[[], object], what: str | Callable[[], object]) -> AssertionError:
    told = what() if callable(what) else what
    return AssertionError(f"waited in vain: {told or state}")
