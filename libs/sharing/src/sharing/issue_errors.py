"""Errors of issuing a link, each with its status and problem type (RFC 9457)."""

from datetime import datetime
from http import HTTPStatus

from common.http.problem import Problem


class IssueError(Problem):
    """The link is not issued."""


class ExpiryOutOfRangeError(IssueError):
    """The life asked for is not positive, or longer than allowed."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-body"
    title = "Invalid request body"
    fixed_detail = "The request body is not valid."

    def __init__(self, seconds: int, most: int) -> None:
        super().__init__(f"must be from 1 to {most} seconds")
        self.seconds = seconds
        self.most = most

    @property
    def errors(self) -> list[dict[str, str]]:
        """The field of the body that the life is in."""
        return [{"pointer": "/expiresInSeconds", "detail": str(self)}]


class DatesError(IssueError):
    """The days asked for are not over in the tenant's zone, or were never."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-body"
    title = "Invalid request body"
    fixed_detail = "The request body is not valid."

    @property
    def errors(self) -> list[dict[str, str]]:
        """The field of the body that the last day is in."""
        return [{"pointer": "/dates/last", "detail": str(self)}]


class OptionsConflictError(IssueError):
    """Options that exclude each other; ``place`` is before the field's name in the body."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    type = "conflicting-options"
    title = "Options that exclude each other"
    place = ""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field} {why}")
        self.field = field

    @property
    def errors(self) -> list[dict[str, str]]:
        """One of the fields."""
        return [{"pointer": f"{self.place}/{self.field}", "detail": str(self)}]


class SigningNotConfiguredError(IssueError):
    """There is no key to sign with."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "signing-not-configured"
    title = "Signing not configured"

    def __init__(self) -> None:
        super().__init__("ANALYTICS_SHARE_SIGNING_SECRET is not configured: no link can be issued.")


class SharingOffError(IssueError):
    """The tenant does not share."""

    status = HTTPStatus.CONFLICT
    type = "sharing-off"
    title = "Sharing is turned off"

    def __init__(self, since: datetime) -> None:
        super().__init__("Sharing is turned off: turn it on to issue links.")
        self.since = since
