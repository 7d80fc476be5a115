"""One error, one status, one sentence; and nothing that tells bad links apart."""

import json
from datetime import UTC, datetime

import pytest

from common.links.token import (
    ExpiredLinkError,
    ForgedLinkError,
    LinkError,
    MalformedLinkError,
    RevokedLinkError,
)
from report_viewer.problems import errors
from report_viewer.problems.catalog import problem_of

ENDED = datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (errors.MissingTokenError(), 400, "missing-token"),
        (MalformedLinkError(), 403, "invalid-link"),
        (ExpiredLinkError(ENDED), 403, "expired-link"),
        (errors.NoSuchPathError(), 404, "not-found"),
        (errors.WrongMethodError(("GET", "HEAD")), 405, "method-not-allowed"),
        (errors.WrongMethodError(("POST",)), 405, "method-not-allowed"),
        (errors.InvalidBodyError(), 400, "invalid-body"),
        (errors.TooLargeError(), 413, "too-large"),
        (errors.TooSlowError(), 408, "timeout"),
        (errors.StubReportError(csv=False), 422, "not-implemented"),
        (errors.PasswordRequiredError("t", "h"), 401, "password-required"),
        (errors.WrongPasswordError("t"), 401, "wrong-password"),
        (errors.InvalidPasswordBodyError(), 400, "invalid-body"),
        (errors.TooManyPasswordsError(7), 429, "too-many-passwords"),
        (errors.TooManyFailuresError(7), 429, "too-many-failures"),
        (errors.TooManyComputationsError(7), 429, "too-many-computations"),
        (errors.NotReadyError(), 503, "being-prepared"),
        (errors.LinkUnconfirmedError(), 503, "being-prepared"),
        (errors.ComputationFailedError(), 503, "computation-failed"),
        (errors.SigningNotConfiguredError(), 503, "not-configured"),
        (errors.StoreUnavailableError(), 503, "unavailable"),
        (errors.TooManyWaitingError(), 503, "unavailable"),
        (RuntimeError("secret"), 500, "internal"),
    ],
)
def test_statuses(error: Exception, status: int, kind: str) -> None:
    problem = problem_of(error)
    told = json.loads(problem.json())
    assert problem.status == told["status"] == status
    assert told["type"].endswith(kind)
    assert "secret" not in problem.json().decode()
    assert (problem.retry_after is not None) == (status in {429, 503})


def test_every_error_of_the_viewer_is_mapped() -> None:
    def leaves(kind: type[Exception]) -> list[type[Exception]]:
        below = kind.__subclasses__()
        return [leaf for each in below for leaf in leaves(each)] if below else [kind]

    for kind in (*leaves(errors.ViewerError), *leaves(LinkError)):
        made = kind.__new__(kind)
        if isinstance(made, errors.StubReportError):
            made.csv = True
        if isinstance(made, errors.WrongMethodError):
            made.methods = ("POST",)
        if isinstance(made, errors.TooManyRequestsError):
            made.retry_after = 7
        if isinstance(made, ExpiredLinkError):
            made.expired_at = ENDED
        assert problem_of(made).status < 600
        assert problem_of(made).status != 500, kind


def test_forged_revoked_and_malformed_links_read_alike() -> None:
    told = {
        problem_of(each()).json()
        for each in (MalformedLinkError, ForgedLinkError, RevokedLinkError)
    }
    assert len(told) == 1


def test_an_authentic_expired_link_is_told_when() -> None:
    told = json.loads(problem_of(ExpiredLinkError(ENDED)).json())
    assert told["expiredAt"] == "2026-05-01T10:00:00.000Z"
    assert told["expiredAt"] in told["detail"]


def test_the_csv_of_a_stub() -> None:
    detail = json.loads(problem_of(errors.StubReportError(csv=True)).json())["detail"]
    assert detail == "CSV export not yet available for this report type"
