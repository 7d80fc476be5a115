"""What a run is told as: counts, and the shortest history that breaks a rule."""

from collections import Counter
from collections.abc import Iterable, Sequence

from tests.histories.model import Event, Kind, Rule, Violation


def verdict(events: Sequence[Event], found: Sequence[Violation], *, seed: int) -> str:
    """One line: how much was done, what befell it, and what was wrong."""
    faults = sum(each.kind is Kind.FAULT for each in events)
    answered = Counter(str(each.status) for each in events if each.kind is not Kind.FAULT)
    statuses = ", ".join(f"{number:,} x {status}" for status, number in answered.most_common())
    broken = Counter(each.rule for each in found)
    rules = "; ".join(f"{broken[rule]} x {rule}" for rule in Rule)
    return (
        f"{'PASS' if not found else 'FAIL'} seed {seed}: {len(events) - faults:,} operations"
        f" ({statuses}) under {faults} faults; {rules}"
    )


def shortest(found: Iterable[Violation]) -> str:
    """The violation with the fewest events, an event a line; empty where there is none."""
    least = min(found, key=lambda each: len(each.history), default=None)
    if least is None:
        return ""
    start = least.history[0].began
    lines = [
        f"  {each.began - start:9.3f} to {each.ended - start:9.3f} s  {each.kind}"
        f"{'' if each.status is None else f' -> {each.status}'}"
        f"{'' if not each.note else f' ({each.note})'}"
        for each in least.history
    ]
    link = next((each.link for each in least.history if each.link is not None), None)
    return "\n".join([f"{least.rule}, link {link}:", *lines])
