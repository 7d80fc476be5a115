"""Console: the log lines of all processes, each behind the name of its process."""

import sys
import threading
from typing import TextIO

from devstack.supervisor.log_format import LogFormat, as_text

NAME_WIDTH = 13
RESET = "\x1b[0m"
COLOURS = {
    "postgres": "\x1b[34m",
    "valkey": "\x1b[31m",
    "share-api": "\x1b[32m",
    "report-viewer": "\x1b[36m",
    "worker": "\x1b[33m",
    "links": "\x1b[93m",
    "beat": "\x1b[35m",
}


class Console:
    """Writes whole lines, from several threads, to one stream.

    Log lines are in words, or as JSON objects where ``log_format`` says so; a terminal gets colour.
    A reader that went away is no reason to stop the system.
    """

    def __init__(
        self, stream: TextIO | None = None, log_format: LogFormat = LogFormat.TEXT
    ) -> None:
        self._stream = stream or sys.stdout
        self._coloured = self._stream.isatty()
        self._log_format = log_format
        self._lock = threading.Lock()

    def log(self, name: str, line: str) -> None:
        """Print a line of a process's output, in the log format."""
        label = f"{name:<{NAME_WIDTH}} |"
        if self._coloured:
            label = f"{COLOURS.get(name, '')}{label}{RESET}"
        text = self.shown(line).replace("\n", f"\n{label} ")
        self.print(f"{label} {text}")

    def shown(self, line: str) -> str:
        """A line of a process's output in the log format; may be several lines of text."""
        return line if self._log_format is LogFormat.JSON else as_text(line)

    def print(self, text: str) -> None:
        """Print text of the supervisor itself."""
        with self._lock:
            try:
                self._stream.write(f"{text}\n")
                self._stream.flush()
            except (OSError, ValueError):
                return
