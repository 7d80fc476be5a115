"""The model of a link: issued, then revoked, switched off or expired; and what answers it allows.

Events overlap, so that an order of them is known only where one ended before another began. A
closing counts from the end of the request that acknowledged it; where none was acknowledged, the
link may be either from its beginning on. Times are seconds of one machine's clock.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

CLOSING_SECONDS: Final = 1.0
"""How long after an acknowledged revocation a request may begin and still be shown the report."""

UNANSWERED_SECONDS: Final = 60.0
"""For how long a request that had no answer may still be carried out."""

_DONE: Final = frozenset({200, 204})
_SERVER_ERROR: Final = 500
_REFUSED: Final = frozenset({403, 404, 410})
_SHOWN: Final = 200


class Kind(StrEnum):
    """What a client did, or what befell the processes."""

    ISSUE = "issue"
    OPEN = "open"
    FILE = "file"
    REVOKE = "revoke"
    REVOKE_ALL = "revoke all"
    SHARING_OFF = "sharing off"
    SHARING_ON = "sharing on"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Event:
    """A request and its answer, or a fault; ``status`` is None where no answer came.

    ``link`` is the link's number, where it is about one; ``foreign`` tells of figures or names of
    another tenant in what was shown. ``last`` marks what was asked when all faults were over.
    """

    kind: Kind
    began: float
    ended: float
    tenant: str = ""
    link: int | None = None
    status: int | None = None
    expires_at: float = 0.0
    foreign: bool = False
    last: bool = False
    note: str = ""


class Rule(StrEnum):
    """What a history must not show."""

    LATE = "a report was shown after its link was closed"
    LOST = "a live link was refused"
    FOREIGN = "another tenant's figures were shown"


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that was broken, and the shortest history that shows it, in order of time."""

    rule: Rule
    history: tuple[Event, ...]


@dataclass(slots=True)
class _Link:
    issue: Event
    closings: list[Event] = field(default_factory=list)
    shown: list[Event] = field(default_factory=list)

    def closed(self) -> Event | None:
        """The first closing that was acknowledged, of those that began after the link was there."""
        sure = [
            each
            for each in self.closings
            if each.status in _DONE and each.began >= self.issue.ended
        ]
        return min(sure, key=lambda each: each.ended, default=None)

    def perhaps_closed(self) -> float:
        """From when on it may be closed."""
        tried = [each.began for each in self.closings if _effective_until(each) >= self.issue.began]
        return min([*tried, self.issue.expires_at])


def _effective_until(closing: Event) -> float:
    """When a closing had taken effect at the latest, if it ever did."""
    answered = closing.status is not None and closing.status < _SERVER_ERROR
    return closing.ended + (0 if answered else UNANSWERED_SECONDS)


def violations(events: Iterable[Event]) -> list[Violation]:
    """Every rule that a history breaks, each with the events that show it."""
    ordered = sorted(events, key=lambda each: each.began)
    faults = [each for each in ordered if each.kind is Kind.FAULT]
    return [
        Violation(each.rule, _with_faults(each.history, faults))
        for link in _links(ordered).values()
        for each in _violations_of(link)
    ]


def _links(events: Iterable[Event]) -> Mapping[int, _Link]:
    links: dict[int, _Link] = {}
    closings_of: defaultdict[str, list[Event]] = defaultdict(list)
    everything = list(events)
    for each in everything:
        if each.kind is Kind.ISSUE and each.link is not None:
            links[each.link] = _Link(each)
        elif each.kind in {Kind.REVOKE_ALL, Kind.SHARING_OFF}:
            closings_of[each.tenant].append(each)
    for link in links.values():
        link.closings += closings_of[link.issue.tenant]
    for each in everything:
        known = links.get(each.link) if each.link is not None else None
        if known is not None and each.kind is Kind.REVOKE:
            known.closings.append(each)
        elif known is not None and each.kind in {Kind.OPEN, Kind.FILE}:
            known.shown.append(each)
    return links


def _violations_of(link: _Link) -> Iterator[Violation]:
    closed, perhaps, issue = link.closed(), link.perhaps_closed(), link.issue
    for each in link.shown:
        if each.status == _SHOWN:
            if each.foreign:
                yield Violation(Rule.FOREIGN, (issue, each))
            if each.began > issue.expires_at:
                yield Violation(Rule.LATE, (issue, each))
            elif closed is not None and each.began > closed.ended + CLOSING_SECONDS:
                yield Violation(Rule.LATE, (issue, closed, each))
        elif (each.status in _REFUSED or each.last) and each.ended < perhaps:
            yield Violation(Rule.LOST, (issue, each))


def _with_faults(history: tuple[Event, ...], faults: list[Event]) -> tuple[Event, ...]:
    """The history, with the faults that were under way at its last two events."""
    first, last = history[-2].began, history[-1].ended
    during = [each for each in faults if each.began <= last and each.ended >= first]
    return tuple(sorted((*history, *during), key=lambda each: each.began))
