"""Log files of the servers: truncated between runs when large, quoted when a server fails."""

from pathlib import Path
from typing import IO

KEEP_BYTES = 10_000_000
TAIL_BYTES = 64_000


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending, readable by its owner only; start over when it has grown large."""
    mode = "ab"
    if path.exists() and path.stat().st_size > KEEP_BYTES:
        mode = "wb"
    stream: IO[bytes] = path.open(mode, buffering=0)
    path.chmod(0o600)
    return stream


def last_lines(path: Path, count: int = 8) -> list[str]:
    """The end of a log, empty when there is none."""
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - TAIL_BYTES))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return []
    return text.splitlines()[-count:]
