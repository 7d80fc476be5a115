"""The worker's consumer: no message stops it, whatever it holds.

Celery lets an exception over a message it cannot place end the worker, which meets the same message
again when it is started anew. Here such a message is rejected and set aside (``dead_letters``).
"""

import logging
from collections.abc import Callable
from typing import Any, Final

from celery.exceptions import CeleryError
from celery.worker.consumer import Consumer
from kombu.exceptions import OperationalError
from redis import RedisError

from common.infra.refusals import refusal_of
from worker.operations.dead_letters import DeadLetters

_log = logging.getLogger(__name__)

_BROKER: Final = (OperationalError, RedisError, OSError)
"""Not the message's fault: the connection is made anew."""

_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


class SafeConsumer(Consumer):
    """Sets aside what it cannot place; to be derived from with ``letters``."""

    letters: DeadLetters

    def connect(self) -> Any:
        """Connect to the broker."""
        connection = super().connect()
        guard(connection.transport, self.letters)
        return connection

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Connect anew, and tell a broker that refuses writes from one that is away."""
        refusal = refusal_of(exc)
        if refusal is not None:
            _log.warning("jobs cannot be taken: %s", refusal.sentence)
        super().on_connection_error_after_connected(exc)

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], None]:
        """What is called with every message."""
        handle = super().create_task_handler(*args, **kwargs)

        def on_task_received(message: Any) -> None:
            try:
                handle(message)
            except _BROKER:
                raise
            except Exception as error:  # noqa: BLE001 - set aside and logged
                self._set_aside(message, error)

        return on_task_received

    def on_unknown_message(self, _: Any, message: Any) -> None:
        """Take a message that is no task's."""
        self._set_aside(message, CeleryError("unknown format"))

    def on_unknown_task(self, _: Any, message: Any, exc: Exception) -> None:
        """Take a message of a task that is none of ours."""
        self._set_aside(message, exc)

    def on_invalid_task(self, _: Any, message: Any, exc: Exception) -> None:
        """Take a message that is not built as a task's."""
        self._set_aside(message, exc)

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Take a message whose body cannot be read."""
        self._set_aside(message, exc)

    def _set_aside(self, message: Any, error: Exception) -> None:
        info = message.delivery_info if isinstance(message.delivery_info, dict) else {}
        self.letters.add(info.get("routing_key"), message.body, error)
        if not message.acknowledged:
            message.reject()


def consumer_for(letters: DeadLetters) -> type[SafeConsumer]:
    """The consumer of a worker that sets messages aside in ``letters``."""
    return type("Consumer", (SafeConsumer,), {"letters": letters})


def guard(transport: Any, letters: DeadLetters) -> None:
    """Have a connection set aside what is no message at all: no JSON, or no envelope of one."""
    deliver, read = transport._deliver, transport.cycle.on_readable  # noqa: SLF001 - there is no hook

    def guarded_deliver(message: Any, queue: str) -> None:
        try:
            deliver(message, queue)
        except _BROKER:
            raise
        except _UNREADABLE as error:
            letters.add(queue, message, error)

    def guarded_read(descriptor: int) -> Any:
        try:
            return read(descriptor)
        except _BROKER:
            raise
        except _UNREADABLE as error:
            letters.add(None, getattr(error, "doc", getattr(error, "object", None)), error)

    transport._deliver = guarded_deliver  # noqa: SLF001
    transport.cycle.on_readable = guarded_read
