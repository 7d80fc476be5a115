"""Signal handling: the first Ctrl-C or SIGTERM asks for an orderly stop, the second for a kill."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """A signal asked the system to stop."""


class SignalHandler:
    """Handler of the signals to stop: counts them, and raises where that is safe.

    Between `with signals.interruptible():` a request signals whatever runs; elsewhere it is seen at
    the next `check`, so that no child is lost between its start and its registration.
    """

    def __init__(self) -> None:
        self.count = 0
        self._raises = False
        self._force: Callable[[], None] | None = None

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Handle the signals for the duration.

        After a stop was asked for they are ignored, not restored: an impatient Ctrl-C in the last
        moment of the program would only print a traceback.
        """
        before = {number: signal.signal(number, self._on_signal) for number in HANDLED}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, signal.SIG_IGN if self.count else handler)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let a request interrupt the block at once."""
        self.check()
        self._raises = True
        try:
            yield
        finally:
            self._raises = False

    def check(self) -> None:
        """Raise if a signal asked to stop."""
        if self.count:
            raise StopRequested

    def on_second_signal(self, force: Callable[[], None]) -> None:
        """From now on a second request calls `force`."""
        self._force = force
        if self.count > 1:
            force()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self._force is not None and self.count > 1:
            self._force()
        elif self._raises:
            self._raises = False
            raise StopRequested
