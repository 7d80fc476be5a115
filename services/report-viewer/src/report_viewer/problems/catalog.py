"""Problem catalog: the one place where an error becomes a status and a sentence.

Forged, malformed and revoked links read alike, to the byte. Only the holder of an authentic token
that is over learns when it ended.
"""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from common.instants import iso
from common.links.token import ExpiredLinkError, LinkError
from report_viewer.problems.errors import (
    ComputationFailedError,
    CsvHiddenError,
    DaysNotShownError,
    InvalidBodyError,
    InvalidPasswordBodyError,
    InvalidRangeError,
    LinkUnconfirmedError,
    LockedError,
    MissingTokenError,
    NoSuchPathError,
    NotReadyError,
    OtherDaysError,
    SigningNotConfiguredError,
    StubReportError,
    TooLargeError,
    TooManyComputationsError,
    TooManyFailuresError,
    TooManyPasswordsError,
    TooManyRequestsError,
    TooSlowError,
    UnavailableError,
    WrongMethodError,
)
from report_viewer.problems.problem import Problem
from report_viewer.problems.unlocking import INVALID_PASSWORD_BODY, TOO_MANY_PASSWORDS, locked

_SEND_AGAIN: Final = (
    "The link to the sales report that you sent me does not open. Could you send me a new one?"
)

MISSING_TOKEN = Problem(
    HTTPStatus.BAD_REQUEST,
    "missing-token",
    "The link is incomplete",
    "The address has no token: a report's address is /api/reports/<token>.",
    "The end of the link seems to be cut off. Copy the whole link, or ask for it again.",
    message=_SEND_AGAIN,
)
INVALID_LINK = Problem(
    HTTPStatus.FORBIDDEN,
    "invalid-link",
    "This link does not open a report",
    "The link is not valid.",
    "It may be incomplete or no longer in force. Ask whoever sent it for a new one.",
    message=_SEND_AGAIN,
)
NOT_FOUND = Problem(
    HTTPStatus.NOT_FOUND,
    "not-found",
    "There is nothing here",
    "Nothing is served at this address.",
    "Check the address, or ask whoever sent the link for it again.",
    message=_SEND_AGAIN,
)
CSV_HIDDEN = Problem(
    HTTPStatus.NOT_FOUND,
    "csv-hidden",
    "This link has no CSV",
    "Whoever shared the report left its CSV out: the link has the page and its other files.",
    "Open the report itself, or ask whoever sent it for the rows.",
    message="The link to the sales report has no CSV. Could you send me its rows?",
)
INVALID_BODY = Problem(
    HTTPStatus.BAD_REQUEST,
    "invalid-body",
    "The request cannot be read",
    "The body is not the id of a page's load: 8 to 64 letters, digits and hyphens.",
)
INVALID_RANGE = Problem(
    HTTPStatus.BAD_REQUEST,
    "invalid-range",
    "These days cannot be shown",
    "Choose days that are over, one or up to 366 in a row.",
)
DAYS_NOT_SHOWN = replace(
    NOT_FOUND, title=INVALID_RANGE.title, detail=INVALID_RANGE.detail, advice="", message=""
)
TOO_LARGE = Problem(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too-large",
    "The request is too large",
    "The body is longer than any that is taken here.",
)
TOO_SLOW = Problem(
    HTTPStatus.REQUEST_TIMEOUT,
    "timeout",
    "The request took too long",
    "The body did not arrive in time.",
)
INTERNAL = Problem(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "internal",
    "Something went wrong on our side",
    "The request could not be answered.",
    "Try again in a moment.",
)


BUSY = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "unavailable",
    "The report cannot be shown right now",
    "The service is temporarily unavailable; try again shortly.",
    "This page tries again by itself in a few seconds.",
    reload=True,
)
PREPARING = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "being-prepared",
    "The report is being prepared",
    "The report is being computed and will be ready shortly.",
    "This page reloads by itself and shows the report as soon as it is ready.",
    reload=True,
)
FAILED = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "computation-failed",
    "The report could not be computed",
    "The computation of the report failed; a later request tries it again.",
    "This page tries again by itself in a moment. If that does not help, tell whoever sent it.",
    reload=True,
    message="The sales report behind your link cannot be computed. Could you have a look?",
)
NOT_CONFIGURED = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "not-configured",
    "Report links are not set up here",
    "ANALYTICS_SHARE_SIGNING_SECRET is not configured: no link can be verified.",
    "The operator of this service has to set them up first; the link itself may be fine.",
    message="The sales report behind your link cannot be shown: report links are not set up there.",
)

TOO_MANY_FAILURES = Problem(
    HTTPStatus.TOO_MANY_REQUESTS,
    "too-many-failures",
    "Too many links that do not open",
    "Too many invalid links were tried from this address.",
    "Valid links still open. Check this one, or wait a minute.",
)
TOO_MANY_COMPUTATIONS = Problem(
    HTTPStatus.TOO_MANY_REQUESTS,
    "too-many-computations",
    "Too many reports at once",
    "More reports were asked for than are computed in so short a time.",
    "This page tries again by itself in a moment.",
    reload=True,
)

_FIXED: Mapping[type[Exception], Problem] = {
    LinkError: INVALID_LINK,
    MissingTokenError: MISSING_TOKEN,
    NoSuchPathError: NOT_FOUND,
    DaysNotShownError: DAYS_NOT_SHOWN,
    InvalidRangeError: INVALID_RANGE,
    CsvHiddenError: CSV_HIDDEN,
    InvalidBodyError: INVALID_BODY,
    TooLargeError: TOO_LARGE,
    TooSlowError: TOO_SLOW,
    TooManyFailuresError: TOO_MANY_FAILURES,
    TooManyPasswordsError: TOO_MANY_PASSWORDS,
    InvalidPasswordBodyError: INVALID_PASSWORD_BODY,
    TooManyComputationsError: TOO_MANY_COMPUTATIONS,
    UnavailableError: BUSY,
    NotReadyError: PREPARING,
    LinkUnconfirmedError: PREPARING,
    ComputationFailedError: FAILED,
    SigningNotConfiguredError: NOT_CONFIGURED,
}


def problem_of(error: Exception) -> Problem:
    """What the outside is told of ``error``; a surprise is an internal error."""
    if isinstance(error, ExpiredLinkError):
        return _expired(error)
    if isinstance(error, StubReportError):
        return _stub(csv=error.csv)
    if isinstance(error, WrongMethodError):
        return wrong_method(error.methods)
    if isinstance(error, LockedError):
        return locked(error)
    # The nearest of the error's classes decides: a kind of link error reads as any other.
    problem = next((_FIXED[each] for each in type(error).__mro__ if each in _FIXED), INTERNAL)
    return _with_ways_on(problem, error)


def _with_ways_on(problem: Problem, error: Exception) -> Problem:
    """When to ask again; where the report is, and where other days are chosen."""
    if isinstance(error, UnavailableError | TooManyRequestsError):
        return replace(problem, retry_after=error.retry_after)
    if isinstance(error, OtherDaysError):
        return replace(problem, report=error.report, days_form=error.days_form, days=error.days)
    return problem


def wrong_method(methods: tuple[str, ...]) -> Problem:
    """The problem of a request by another method than ``methods``."""
    verb = "is" if len(methods) == 1 else "are"
    return Problem(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "That cannot be done here",
        f"Only {' and '.join(methods)} {verb} allowed here.",
        allow=", ".join(methods),
    )


def _expired(error: ExpiredLinkError) -> Problem:
    ended = iso(error.expired_at)
    return Problem(
        HTTPStatus.FORBIDDEN,
        "expired-link",
        "This link has expired",
        f"The link expired at {ended}.",
        "Ask whoever sent it for a new one.",
        message="The link to the sales report has expired. Could you send me a new one?",
        moment=error.expired_at,
        extra={"expiredAt": ended},
    )


def _stub(*, csv: bool) -> Problem:
    what = "CSV export" if csv else "Report"
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "not-implemented",
        f"{what} not yet available",
        f"{what} not yet available for this report type",
        "The link is fine; this kind of report is still being built.",
        message="Your link opens a kind of report that is not shown yet. Could you send another?",
    )
