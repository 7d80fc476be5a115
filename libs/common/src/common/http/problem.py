"""Problem details (RFC 9457): their JSON, and errors that carry their own.

An error that a client is told of derives from ``Problem`` and names its status, type and title
beside its message, which is a ``Wording`` where it has values in it. A service turns it into its
framework's kind of response.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from common.http.wording import Wording

MEDIA_TYPE: Final = "application/problem+json"
UNAVAILABLE_RETRY_SECONDS: Final = 5
"""When a client may ask again after a 503 that passes by itself."""

_TYPE_PREFIX: Final = "urn:analytics:problem:"
_LONGEST_DETAIL: Final = 500


class Problem(Exception):  # noqa: N818 - the term of RFC 9457
    """An error with what a client is told of it; its message is the detail by default.

    ``type`` ends the URN of the kind of problem, ``title`` names it in words. ``retry_after`` is in
    seconds (the header ``Retry-After``); None where asking again does not help.
    """

    status: HTTPStatus
    type: str
    title: str
    retry_after: int | None = None
    challenge: str | None = None
    """How to show who one is (the header ``WWW-Authenticate``, RFC 9110)."""
    fixed_detail: str | None = None
    """The detail, where the message is not for the client."""

    @property
    def detail(self) -> str:
        """A sentence for the client; a ``Wording`` where the message is one."""
        if self.fixed_detail:
            return self.fixed_detail
        message = str(self)
        if isinstance(message, Wording) and len(message) <= _LONGEST_DETAIL:
            return message if message.endswith(".") else Wording("%(sentence)s.", sentence=message)
        return f"{message[:_LONGEST_DETAIL].rstrip('.')}."

    @property
    def errors(self) -> Sequence[Mapping[str, str]]:
        """What is wrong where: ``pointer`` (RFC 6901) or ``parameter``, and ``detail``."""
        return ()

    def json(self) -> bytes:
        """The problem as ``application/problem+json``."""
        members = {"errors": list(self.errors)} if self.errors else {}
        return problem_json(
            self.status, type=self.type, title=self.title, detail=self.detail, members=members
        )


def problem_json(
    status: int,
    *,
    detail: str,
    title: str | None = None,
    type: str | None = None,  # noqa: A002 - the member's name
    members: Mapping[str, Any] | None = None,
) -> bytes:
    """A problem as ``application/problem+json``, with further ``members``.

    Without ``type`` it is a status of HTTP itself (``about:blank``), whose phrase is the title. The
    bytes are ASCII, so that whatever a client sent can be repeated, lone surrogates included.
    """
    content = {
        "type": f"{_TYPE_PREFIX}{type}" if type else "about:blank",
        "title": HTTPStatus(status).phrase if title is None else title,
        "status": int(status),
        "detail": detail,
        **(members or {}),
    }
    return json.dumps(content).encode("ascii")
