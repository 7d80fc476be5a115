"""Values that several layers of the viewer share: the freshness of a report."""

from enum import Enum


class Freshness(Enum):
    """What is known of the data behind a report; the value goes into a header."""

    CURRENT = "current"
    STALE = "stale"
    OVERDUE = "overdue"
    UNREACHABLE = "unreachable"
    FROZEN = "frozen"
