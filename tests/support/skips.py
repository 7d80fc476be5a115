"""What was skipped and why, a line a reason: whoever lacks a browser reads that once."""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol


class Skipped(Protocol):
    """The report of a test that was skipped: ``longrepr`` is its file, line and reason."""

    longrepr: object


def reasons(reports: Iterable[Skipped]) -> list[str]:
    """One line for each reason, the commonest first."""
    counted = Counter(_reason(each.longrepr) for each in reports)
    return [
        f"SKIPPED {number} {'test' if number == 1 else 'tests'}: {reason}"
        for reason, number in counted.most_common()
    ]


def _reason(told: object) -> str:
    text = str(told[2]) if isinstance(told, tuple) else str(told)
    return text.removeprefix("Skipped: ")
