"""Waiting for a state, however slow the machine: tests wait for what is so, never for a time."""

import asyncio
import time
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

PATIENCE_SECONDS: Final = 180.0
"""When a state that does not come fails the test: far beyond what any machine takes for it."""
_PAUSE_SECONDS: Final = 0.01


def until(
    state: Callable[[], T], what: str | Callable[[], object] = "", *, seconds: float | None = None
) -> T:
    """The first true value of ``state``, asked again and again; it may fail the test itself.

    Args:
        what: what is waited for, or what tells more of it when it does not come.
        seconds: another patience than ``PATIENCE_SECONDS``.
    """
    end = _end(seconds)
    while not (found := state()):
        _look_at_the_clock(end, state, what)
        time.sleep(_PAUSE_SECONDS)
    return found


async def until_async(
    state: Callable[[], T], what: str | Callable[[], object] = "", *, seconds: float | None = None
) -> T:
    """As ``until``, while other tasks of the event loop go on; ``state`` runs in a thread."""
    end = _end(seconds)
    while not (found := await asyncio.to_thread(state)):
        _look_at_the_clock(end, state, what)
        await asyncio.sleep(_PAUSE_SECONDS)
    return found


def _end(seconds: float | None) -> float:
    return time.monotonic() + (PATIENCE_SECONDS if seconds is None else seconds)


def _look_at_the_clock(
    end: float, state: Callable[[], object], what: str | Callable[[], object]
) -> None:
    if time.monotonic() < end:
        return
    told = what() if callable(what) else what
    raise AssertionError(f"waited in vain: {told or state}")
