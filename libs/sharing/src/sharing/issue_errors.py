"""Errors of issuing a link, each with its status and problem type (RFC 9457)."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import ClassVar

from common.http.problem import Problem
from common.http.wording import Wording
from common.links.unlocking import MAX_LENGTH, MIN_LENGTH


class IssueError(Problem):
    """The link is not issued."""


class InvalidFieldError(IssueError):
    """A field of the body, at ``pointer`` (RFC 6901), has a value that cannot be."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-body"
    title = "Invalid request body"
    fixed_detail = "The request body is not valid."
    pointer: ClassVar[str]

    @property
    def errors(self) -> list[dict[str, str]]:
        """The field, and why."""
        return [{"pointer": self.pointer, "detail": str(self)}]


class ExpiryOutOfRangeError(InvalidFieldError):
    """The life asked for is not positive, or longer than allowed."""

    pointer = "/expiresInSeconds"

    def __init__(self, seconds: int, most: int) -> None:
        super().__init__(f"must be from 1 to {most} seconds")
        self.seconds = seconds
        self.most = most


class LinkLifeError(InvalidFieldError):
    """The longest life that a tenant wants for its links is too short or too long."""

    pointer = "/maxLinkSeconds"

    def __init__(self, least: int, most: int) -> None:
        super().__init__(f"must be from {least} to {most} seconds")


class DatesError(InvalidFieldError):
    """The days asked for are not over in the tenant's zone, or were never."""

    pointer = "/dates/last"


class UnknownSectionError(InvalidFieldError):
    """A section to be hidden, the one at ``place``, is none of the report's."""

    def __init__(self, place: int, known: Sequence[str]) -> None:
        told = ", ".join(known) or "none"
        super().__init__(f"is no section of the report, which has: {told}")
        self.place = place

    @property
    def errors(self) -> list[dict[str, str]]:
        """The section by its place, and which there are."""
        return [{"pointer": f"/hide/sections/{self.place}", "detail": str(self)}]


class BoardError(InvalidFieldError):
    """The reports of a board cannot be such: all of them, or the one at ``place``."""

    pointer = "/reports"

    def __init__(self, why: str, place: int | None = None) -> None:
        super().__init__(why)
        self.place = place

    @property
    def errors(self) -> list[dict[str, str]]:
        """The report by its place, if it is one, and why."""
        place = "" if self.place is None else f"/{self.place}"
        return [{"pointer": f"{self.pointer}{place}", "detail": str(self)}]


class UnknownTemplateError(InvalidFieldError):
    """The tenant has no template of that name."""

    pointer = "/template"

    def __init__(self) -> None:
        super().__init__("is no template of the shop")


class TemplateUnusableError(InvalidFieldError):
    """The template says what cannot be, or can be no more."""

    pointer = "/template"

    def __init__(self, why: str) -> None:
        super().__init__(f"cannot be used as it is: {why}")


class PasswordWantedError(InvalidFieldError):
    """The template wants a password for each link, and the request has none."""

    pointer = "/password"

    def __init__(self) -> None:
        super().__init__("must be given: the template wants one for each link")


class NoMarginsError(InvalidFieldError):
    """Margins are to be shown of a report that has none."""

    pointer = "/hide/margin"

    def __init__(self) -> None:
        super().__init__("must be true: the report has no margins to be shown")


class OptionsConflictError(IssueError):
    """Options that exclude each other; ``place`` is before the field's name in the body."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    type = "conflicting-options"
    title = "Options that exclude each other"
    place = ""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(Wording("%(field)s %(why)s", field=field, why=why))
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


class LinkOverError(Problem):
    """The link does not open any more: its address is of no use."""

    status = HTTPStatus.CONFLICT
    type = "link-over"
    title = "The link has ended"

    def __init__(self) -> None:
        super().__init__("The link does not open any more: issue a new one.")


class LinkPasswordError(IssueError):
    """The password is too short or too long."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-body"
    title = "Invalid request body"
    fixed_detail = "The request body is not valid."

    def __init__(self) -> None:
        super().__init__(f"use {MIN_LENGTH} to {MAX_LENGTH} characters")

    @property
    def errors(self) -> list[dict[str, str]]:
        """The field of the body that the password is in."""
        return [{"pointer": "/password", "detail": str(self)}]


def require_password(password: str) -> None:
    """Refuse what is no password of a link.

    Raises:
        LinkPasswordError: too short or too long.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise LinkPasswordError
