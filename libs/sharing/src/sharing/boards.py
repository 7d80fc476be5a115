"""Boards: several reports of a tenant under one link, each a tab of its page."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, any_, literal, or_

from common.db.shares import Share
from common.links.options import BoardReport
from common.reports import registry
from sharing.hiding import hidden_by, hidden_in
from sharing.issue_errors import BoardError

MOST_REPORTS: Final = 10
"""How many reports a board may have."""


def require_board(report: str, reports: Sequence[str]) -> None:
    """Refuse a board that cannot be; none is given by no ``reports``.

    Raises:
        BoardError: it lacks the ``report`` that opens first, has one twice or one that cannot be
            shared, or has too many.
    """
    shared = [each.slug for each in registry.implemented()]
    for place, each in enumerate(reports):
        if each not in shared:
            raise BoardError(f"is no report type that can be shared: {', '.join(shared)}", place)
        if each in reports[:place]:
            raise BoardError("is named already", place)
    if len(reports) > MOST_REPORTS:
        raise BoardError(f"must be at most {MOST_REPORTS}")
    if reports and report not in reports:
        raise BoardError(f"must have the report that opens first among them: {report}")


def reports_of(share: Share) -> tuple[str, ...]:
    """The report types that a link shows, in the order of its tabs."""
    return tuple(share.reports or (share.report,))


def board_of(share: Share) -> tuple[BoardReport, ...]:
    """The board of a link as its state has it; none of a link to a single report."""
    hidden = hidden_by(share)
    return tuple(BoardReport(each, hidden_in(each, hidden)) for each in share.reports or ())


def shows(report: str) -> ColumnElement[bool]:
    """The condition of a link that shows a report type, alone or on its board."""
    return or_(Share.report == report, literal(report) == any_(Share.reports))
