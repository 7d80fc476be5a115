"""Sales reversals by kind: what took sales back, kept apart as it came in."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reversals:
    """Sales reversals of some days by kind: the goods' value in minor units, as positive numbers.

    The three together are ``Totals.returns`` of the same days.
    """

    returned: int = 0
    cancelled: int = 0
    edited: int = 0

    @property
    def whole(self) -> int:
        """All kinds together."""
        return self.returned + self.cancelled + self.edited


def whole(parts: Iterable[Reversals]) -> Reversals:
    """The reversals of all ``parts`` together."""
    returned = cancelled = edited = 0
    for part in parts:
        returned += part.returned
        cancelled += part.cancelled
        edited += part.edited
    return Reversals(returned, cancelled, edited)
