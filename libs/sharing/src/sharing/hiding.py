"""Hiding: what a link leaves out of its report, checked against the sections that report has."""

from common.db.shares import Share
from common.reports import registry
from common.reports.redaction import Redaction
from sharing.issue_errors import NoMarginsError, OptionsConflictError, UnknownSectionError


def require_known(report: str, hide: Redaction) -> None:
    """Refuse to hide sections that the report does not have.

    Raises:
        UnknownSectionError: one of them.
        NoMarginsError: margins of one that has none are to be shown.
        OptionsConflictError: they are to be shown, and amounts are not.
        UnknownReportError: no such report type.
    """
    known = [each.key for each in registry.find(report).sections]
    for place, key in enumerate(hide.sections):
        if key not in known:
            raise UnknownSectionError(place, known)
    if hide.margin and not any(each.of_costs for each in registry.find(report).sections):
        raise NoMarginsError
    if hide.margin and hide.money:
        raise OptionsConflictError("hide/margin", "is of amounts: not shown without money")


def normalised(report: str, hide: Redaction) -> Redaction:
    """What is hidden, its sections in the report's order and each once.

    The CSV has the rows of a section: it is hidden with it.

    Raises:
        UnknownReportError: no such report type.
    """
    hidden = [each for each in registry.find(report).sections if each.key in hide.sections]
    return Redaction(
        sections=tuple(each.key for each in hidden),
        csv=hide.csv or any(each.rows for each in hidden),
        money=hide.money,
        margin=hide.margin,
    )


def hidden_by(share: Share) -> Redaction:
    """What the link of an entry hides.

    Raises:
        ValueError: something that this version does not know.
    """
    return Redaction.of_words(share.hide or ())
