"""Links at a moment of their own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import pytest
import time_machine

NOON: Final = datetime(2031, 5, 2, 10, tzinfo=UTC)
"""In Berlin."""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock, which stands at noon until it is moved."""
    with time_machine.travel(NOON, tick=False) as travelling:
        yield travelling
