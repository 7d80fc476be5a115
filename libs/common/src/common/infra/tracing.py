"""Tracing: spans of requests and jobs, exported where an endpoint is configured.

Spans name routes, reports and jobs, and never an address, which may hold a token. Without an
endpoint nothing of OpenTelemetry is loaded, and a span costs a call that does nothing
(``otlp_tracer`` is what traces).
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Final, Protocol

PARENT: Final = "traceparent"
"""What carries a span's name to another process (W3C Trace Context)."""

Value = str | int | float | bool
Attributes = Mapping[str, Value]


class Kind(StrEnum):
    """What a span is to the others; the values are OpenTelemetry's names."""

    SERVER = "SERVER"
    """A request that is answered."""
    PRODUCER = "PRODUCER"
    """A job that is handed to the workers."""
    CONSUMER = "CONSUMER"
    """A job that a worker runs."""


class Span(Protocol):
    """What may be said of a span while it lasts."""

    def set_attribute(self, key: str, value: Value, /) -> None:
        """Say something of it."""
        ...

    def update_name(self, name: str, /) -> None:
        """Name it, once that is known."""
        ...


class Tracer(Protocol):
    """What a process traces with."""

    def span(
        self, name: str, kind: Kind, attributes: Attributes, parent: object
    ) -> AbstractContextManager[Span]:
        """See ``span``."""
        ...

    def add_part(self, name: str, seconds: float, attributes: Attributes) -> None:
        """See ``add_part``."""
        ...

    def carrier(self) -> dict[str, str]:
        """See ``carrier``."""
        ...

    def ids(self) -> dict[str, str]:
        """See ``ids``."""
        ...

    def stop(self) -> None:
        """See ``stop``."""
        ...


class _NoSpan:
    def set_attribute(self, key: str, value: Value, /) -> None:
        """Nobody listens."""

    def update_name(self, name: str, /) -> None:
        """Likewise."""


class _NoTracer:
    def span(self, *_: object) -> AbstractContextManager[Span]:
        return _NOTHING

    def add_part(self, *_: object) -> None:
        """Nobody listens."""

    def carrier(self) -> dict[str, str]:
        return {}

    def ids(self) -> dict[str, str]:
        return {}

    def stop(self) -> None:
        """Nothing is left."""


_NOTHING: Final[AbstractContextManager[Span]] = nullcontext(_NoSpan())
_NO_TRACER: Final = _NoTracer()


class _Process:
    tracer: Tracer = _NO_TRACER


def start(service: str, endpoint: str | None) -> None:
    """Export this process's spans to the collector at ``endpoint``; without one, trace nothing.

    Call it in the process that works, after it was forked.
    """
    if endpoint is None:
        return
    from common.infra.otlp_tracer import OtlpTracer  # noqa: PLC0415 - 0.2 s, where it is wanted

    _Process.tracer = OtlpTracer(service, endpoint)


def is_on() -> bool:
    """Whether anybody hears of spans: what costs something to say need not be said else."""
    return _Process.tracer is not _NO_TRACER


def stop() -> None:
    """Export what is left, within a few seconds, and trace nothing more."""
    tracer, _Process.tracer = _Process.tracer, _NO_TRACER
    tracer.stop()


def span(
    name: str, kind: Kind, attributes: Attributes | None = None, *, parent: object = None
) -> AbstractContextManager[Span]:
    """A span for as long as the block lasts: below ``parent``, or the current one.

    A request is below nothing. ``parent`` is what ``carrier`` gave there; what is none is passed
    over. An error is told by its type alone: its words may be what must not be told.
    """
    return _Process.tracer.span(name, kind, attributes or {}, parent)


def add_part(name: str, seconds: float, attributes: Attributes) -> None:
    """A span below the current one, of what has just taken ``seconds``."""
    _Process.tracer.add_part(name, seconds, attributes)


def carrier() -> dict[str, str]:
    """The current span as a job's message carries it; empty where there is none."""
    return _Process.tracer.carrier()


def ids() -> dict[str, str]:
    """The current trace and span by their ids, as log lines name them; empty without one."""
    return _Process.tracer.ids()
