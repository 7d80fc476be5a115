"""Log formats: a service's JSON line as it is, or as text with time, level, message and facts."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

_KNOWN: Final = ("time", "level", "service", "logger", "message", "color_message")
"""What stands in front, or is known to whoever looks at one machine."""

_QUIET_LEVEL: Final = "info"


class LogFormat(StrEnum):
    """How the services' log lines are printed."""

    TEXT = "text"
    JSON = "json"


def as_text(line: str) -> str:
    """A log line in words; one that is no log line stays as it is."""
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
