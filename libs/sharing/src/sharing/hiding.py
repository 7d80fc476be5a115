"""Hiding: what a link leaves out of its reports, checked against the sections those have.

On a board a section is hidden in every report that has one of its id.
"""

from collections.abc import Sequence

from common.db.shares import Share
from common.reports import registry
from common.reports.redaction import Redaction
from sharing.issue_errors import NoMarginsError, OptionsConflictError, UnknownSectionError


def require_known(reports: Sequence[str], hide: Redaction) -> None:
    """Refuse to hide sections that none of the reports has.

    Raises:
        UnknownSectionError: one of them.
        NoMarginsError: margins of one that has none are to be shown.
        OptionsConflictError: they are to be shown, and amounts are not.
        UnknownReportError: no such report type.
    """
    known = [each.key for report in reports for each in registry.find(report).sections]
    for place, key in enumerate(hide.sections):
        if key not in known:
            raise UnknownSectionError(place, tuple(dict.fromkeys(known)))
    of_costs = [each.of_costs for report in reports for each in registry.find(report).sections]
    if hide.margin and not any(of_costs):
        raise NoMarginsError
    if hide.margin and hide.money:
        raise OptionsConflictError("hide/margin", "is of amounts: not shown without money")


def normalised(report: str, hide: Redaction) -> Redaction:
    """What is hidden of a report, its sections in the report's order and each once.

    The CSV has the rows of a section: it is hidden with it.

    Raises:
        UnknownReportError: no such report type.
    """
    sections = registry.find(report).sections
    hidden = [each for each in sections if each.key in hide.sections]
    return Redaction(
        sections=tuple(each.key for each in hidden),
        csv=hide.csv or any(each.rows for each in hidden),
        money=hide.money,
        margin=hide.margin and any(each.of_costs for each in sections),
    )


def normalised_of_all(reports: Sequence[str], hide: Redaction) -> Redaction:
    """What is hidden of the reports of a link together; the CSV where none of them has one.

    Raises:
        UnknownReportError: no such report type.
    """
    of_each = [normalised(each, hide) for each in reports]
    return Redaction(
        sections=tuple(dict.fromkeys(key for each in of_each for key in each.sections)),
        csv=all(each.csv for each in of_each),
        money=hide.money,
        margin=any(each.margin for each in of_each),
    )


def hidden_in(report: str, hide: Redaction) -> Redaction:
    """What a link that was issued hides of one of its reports; all where that type is gone."""
    return normalised(report, hide) if report in registry.REPORTS else hide


def hidden_by(share: Share) -> Redaction:
    """What the link of an entry hides.

    Raises:
        ValueError: something that this version does not know.
    """
    return Redaction.of_words(share.hide or ())
