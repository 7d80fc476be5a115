"""A problem as the outside sees it (RFC 9457)."""

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from common.http.problem import problem_json


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem as the outside sees it (RFC 9457), for a program or a person.

    ``advice`` is for people, and ``message`` what they may write to who sent the link; ``reload``
    makes their page ask again by itself after so many seconds. ``moment``, where there is one, is
    told in ``zone`` in place of the detail. ``unlock`` is where a page sends the link's password,
    and ``challenge`` says to a program that one is wanted (``WWW-Authenticate``, RFC 9110).
    ``report`` is the page that the link does show, ``days_form`` where other days are posted, and
    ``days`` the first and the last that were chosen.
    """

    status: HTTPStatus
    kind: str
    title: str
    detail: str
    advice: str = ""
    retry_after: int | None = None
    reload: bool = False
    allow: str | None = None
    moment: datetime | None = None
    zone: str = "UTC"
    message: str = ""
    unlock: str = ""
    challenge: str | None = None
    report: str = ""
    days_form: str = ""
    days: tuple[str, str] = ("", "")
    extra: dict[str, str] = field(default_factory=dict)

    def json(self) -> bytes:
        """The problem as ``application/problem+json``."""
        return problem_json(
            self.status, type=self.kind, title=self.title, detail=self.detail, members=self.extra
        )
