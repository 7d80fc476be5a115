"""Engines that are used again: the cache of compiled statements outlives the test.

A fresh engine compiles every statement anew, which is a seventh of what a test of the console takes
of the processor.
"""

from typing import Any

from sqlalchemy import Engine, event

from common.db.engine import create_service_engine

_free: dict[tuple[object, ...], list[Engine]] = {}


def kept_service_engine(url: str, **options: Any) -> Engine:
    """As ``create_service_engine``; whoever asks alike once it is disposed of has the same cache.

    Its pool is empty, and what listens to it or changes its options concerns nobody after it.
    """
    free = _free.setdefault((url, *sorted(options.items())), [])
    kept = free.pop() if free else create_service_engine(url, **options)
    kept.dispose()
    given = kept.execution_options()

    @event.listens_for(given, "engine_disposed", once=True)
    def _give_back(_: Engine) -> None:
        free.append(kept)

    return given
