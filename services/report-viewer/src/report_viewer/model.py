"""What the viewer knows of a report it serves."""

from enum import Enum


class Freshness(Enum):
    """What is known of the data behind a report; the value goes into a header."""

    CURRENT = "current"
    STALE = "stale"
    OVERDUE = "overdue"
    UNREACHABLE = "unreachable"
