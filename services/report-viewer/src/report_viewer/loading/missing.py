"""Missing: what stands between a request and its report, by what Redis has of both.

The order of the answers is decided here: revoked, at another tenant's host, not implemented, its
password, reports, days and frames that it does not allow, then what is not there yet.
"""

from dataclasses import replace
from enum import Enum, auto
from typing import Final

from common.links.ranges import Range
from common.links.state import LinkState
from common.links.token import RevokedLinkError
from common.reports.registry import REPORTS
from report_viewer.links.request import ReportRequest
from report_viewer.links.urls import Resource
from report_viewer.loading.redis_store import Snapshot
from report_viewer.problems.errors import (
    ComputationFailedError,
    CsvHiddenError,
    DaysNotShownError,
    ForeignHostError,
    NoSuchPathError,
    PasswordRequiredError,
    StubReportError,
)

_FRAMED: Final = frozenset({Resource.EMBED, Resource.OEMBED})


class Missing(Enum):
    """What stands between a request and its report."""

    NOTHING = auto()
    STATE = auto()
    REPORT = auto()
    FORM = auto()


def find_missing(snapshot: Snapshot, request: ReportRequest, form: bool = False) -> Missing:
    """What is missing, for a link that may open; ``form``: whether a form is asked for, too.

    Raises:
        RevokedLinkError: the link was revoked.
        ForeignHostError: it is asked for at the host of another tenant.
        StubReportError: its report type is not implemented.
        PasswordRequiredError: it asks for a password, which the request does not show to know.
        NoSuchPathError: it does not let its readers choose the report, the days or the comparison
            that the request names, see what has changed since it was frozen, or be embedded.
        CsvHiddenError: it hides its rows as files, and the request is for them.
        ComputationFailedError: there is no report, and computing it just failed; or no form.
    """
    if snapshot.state is LinkState.REVOKED:
        raise RevokedLinkError
    if request.host and snapshot.state is not None and request.host != snapshot.host:
        raise ForeignHostError
    if request.claims.choice.report is None:
        _require_implemented(request.claims.report, request)
    if snapshot.state is None:
        return Missing.STATE
    stored = snapshot.options.password
    if stored is not None and not request.unlocks(stored):
        raise PasswordRequiredError(request.unlock_path, stored)
    _require_allowed(snapshot, request)
    _require_implemented(snapshot.claims.report, request)
    if snapshot.complete:
        if not form or snapshot.form:
            return Missing.NOTHING
        if snapshot.form_failed:
            raise ComputationFailedError
        return Missing.FORM
    if snapshot.failed:
        raise ComputationFailedError
    return Missing.REPORT


def _require_implemented(report: str, request: ReportRequest) -> None:
    """Refuse a report type that cannot be shown.

    Raises:
        StubReportError: it is not implemented.
    """
    definition = REPORTS.get(report)
    if definition is None or not definition.implemented:
        raise StubReportError(csv=request.csv)


def _require_allowed(snapshot: Snapshot, request: ReportRequest) -> None:
    """Refuse reports, days, comparisons and frames that the link does not allow: nothing is there.

    Raises:
        NoSuchPathError: it does not.
        CsvHiddenError: it hides its rows as files.
    """
    if request.claims.choice != snapshot.claims.choice:
        raise _not_allowed(snapshot, request)
    if request.url.resource in _FRAMED and not snapshot.options.embed:
        raise NoSuchPathError
    if request.url.resource.is_of_changes and not snapshot.options.changes:
        raise NoSuchPathError
    if request.url.resource.is_rows and snapshot.claims.hidden.csv:
        raise CsvHiddenError


def _not_allowed(snapshot: Snapshot, request: ReportRequest) -> NoSuchPathError:
    """Days that cannot be shown of what can, beside what can; all else is nowhere."""
    url, days = request.url, request.claims.choice.days
    if days is None or days.kind is not Range.CUSTOM or Range.CUSTOM not in snapshot.options.ranges:
        return NoSuchPathError()
    if snapshot.claims.choice != replace(request.claims.choice, days=None):
        return NoSuchPathError()
    return DaysNotShownError(url.as_shared.path.decode(), url.other_days.path.decode(), days.days)
