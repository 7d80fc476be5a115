"""What a person sees of many processes at once: each line behind the name of who said it."""

import sys
import threading
from typing import TextIO

from devstack.supervisor.log_format import readable

NAME_WIDTH = 13
RESET = "\x1b[0m"
COLOURS = {
    "postgres": "\x1b[34m",
    "valkey": "\x1b[31m",
    "share-api": "\x1b[32m",
    "report-viewer": "\x1b[36m",
    "worker": "\x1b[33m",
    "beat": "\x1b[35m",
}


class Console:
    """Writes whole lines, from several threads, to one stream.

    A terminal gets colour, and log lines in words; a file or a pipe gets the lines as they are.
    A reader that went away is no reason to stop the system.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._for_a_person = self._stream.isatty()
        self._lock = threading.Lock()

    def said(self, name: str, line: str) -> None:
        """Show a line of a process's output; on a terminal a log line in words."""
        label = f"{name:<{NAME_WIDTH}} |"
        if self._for_a_person:
            label = f"{COLOURS.get(name, '')}{label}{RESET}"
            line = readable(line).replace("\n", f"\n{label} ")
        self.say(f"{label} {line}")

    def say(self, text: str) -> None:
        """Show text of the supervisor itself."""
        with self._lock:
            try:
                self._stream.write(f"{text}\n")
                self._stream.flush()
            except (OSError, ValueError):
                return
