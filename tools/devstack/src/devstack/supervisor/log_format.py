"""A service's log line for a person: its time, its level and what it says, instead of JSON."""

import json
from datetime import datetime
from typing import Any, Final

_KNOWN: Final = ("time", "level", "service", "logger", "message", "color_message")
"""What stands in front, or is known to whoever looks at one machine."""

_QUIET_LEVEL: Final = "info"


def readable(line: str) -> str:
    """``line`` as a person likes to read it; one that is no log line stays as it is."""
    entry = _entry(line)
    if entry is None:
        return line
    said, *rest = str(entry["message"]).splitlines() or [""]
    facts = [f"{key}={value}" for key, value in entry.items() if key not in _KNOWN]
    level = str(entry["level"])
    words = [_clock(str(entry["time"])), *([level] if level != _QUIET_LEVEL else []), said, *facts]
    return "\n".join((" ".join(words), *rest))


def _entry(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and {"time", "level", "message"} <= set(entry) else None


def _clock(time: str) -> str:
    try:
        return f"{datetime.fromisoformat(time).astimezone():%H:%M:%S}"
    except ValueError:
        return time
