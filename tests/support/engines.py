"""Engines that are used again: the cache of compiled statements outlives the test.

A fresh engine compiles every statement anew, which is a seventh of what a test of the console takes
of the processor. Sessions of the database that tests share last, too: one that has loaded orders
before takes a third for the next.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, QueuePool, event

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


class LastingEngine:
    """The engine of the database that the tests of a process share, with its sessions."""

    def __init__(self) -> None:
        self.name = ""
        """What its sessions are called (``application_name``), as no others are."""
        self._url = ""
        self._engine: Engine | None = None

    @contextmanager
    def of(self, url: str) -> Iterator[Engine]:
        """The engine for one test: what listens to it or changes its options ends with that.

        Where a connection is not given back, all of them are left to be ended.
        """
        if self._engine is None or self._url != url:
            self.close()
            self._url, self.name = url, f"tests-{secrets.token_hex(8)}"
            self._engine = create_service_engine(url, application_name=self.name)
        given = self._engine.execution_options()
        yield given
        if isinstance(given.pool, QueuePool) and given.pool.checkedout():
            self.close()

    def close(self) -> None:
        """Close its sessions, and make another one when it is asked for next."""
        if self._engine is not None:
            self._engine.dispose()
        self._engine, self.name = None, ""
