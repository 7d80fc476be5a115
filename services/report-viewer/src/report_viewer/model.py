"""Values that several layers of the viewer share: the heat and the freshness of a report."""

from enum import StrEnum


class Heat(StrEnum):
    """How far an answer's report was away; the value is a label of metrics."""

    HOT = "hot"
    """The whole response was in the process's memory."""
    WARM = "warm"
    """One round trip to Redis had all of it."""
    COLD = "cold"
    """Something had to be looked up, computed or made first."""


class Freshness(StrEnum):
    """What is known of the data behind a report; the value goes into a header."""

    CURRENT = "current"
    STALE = "stale"
    OVERDUE = "overdue"
    UNREACHABLE = "unreachable"
    FROZEN = "frozen"
