"""Log tail: each line appended to a server's log file, from a thread of its own."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

POLL_SECONDS = 0.3


class LogFollower:
    """Hands over each whole line appended to a file after `start`, from a thread of its own."""

    def __init__(self, path: Path, show: Callable[[str], None]) -> None:
        self._path = path
        self._show = show
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def start(self) -> Self:
        """Begin at the present end of the file."""
        self._offset = self._path.stat().st_size if self._path.exists() else 0
        self._thread.start()
        return self

    def stop(self) -> None:
        """Show what is there and end."""
        self._ended.set()
        self._thread.join(timeout=2)

    def _follow(self) -> None:
        with self._path.open("rb") as stream:
            stream.seek(self._offset, os.SEEK_SET)
            begun = b""
            while True:
                last_time = self._ended.wait(POLL_SECONDS)
                *lines, begun = (begun + stream.read()).split(b"\n")
                for line in lines:
                    self._show(line.decode("utf-8", "replace"))
                if last_time:
                    return
