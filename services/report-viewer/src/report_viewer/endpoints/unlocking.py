"""Unlocking: a link's password is exchanged for a cookie that opens the link for a while.

The cookie is sent for this link's addresses alone (``Path``) and read by no script. What a link
that is closed had asked for is not told: it is refused before its password is looked at. Where a
password leads back to is spelled by the path that it is posted to, and so is below the same token.
"""

import asyncio
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from common import instants
from common.http.accept import wants_html
from common.links import unlocking
from report_viewer.endpoints.request_body import read_body
from report_viewer.http.cache_control import NEVER_STORED
from report_viewer.http.client_address import ClientAddresses
from report_viewer.http.proof_cookie import NAME
from report_viewer.http.response import Headers, Response, WireResponse
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.links.request import ReportRequest
from report_viewer.loading.loader import ReportLoader
from report_viewer.loading.redis_store import STATE
from report_viewer.loading.unlock_limit import UnlockLimit
from report_viewer.problems.errors import (
    InvalidPasswordBodyError,
    PasswordRequiredError,
    SigningNotConfiguredError,
    TooManyWaitingError,
    WrongPasswordError,
)

MOST_BYTES: Final = 4096
AT_ONCE: Final = 2
"""Passwords that are compared at once: each takes 64 MiB."""
MOST_WAITING: Final = 16
_FIELDS: Final = 4


class Unlocking:
    """Takes passwords of links."""

    def __init__(
        self,
        loader: ReportLoader,
        limit: UnlockLimit,
        addresses: ClientAddresses,
        security: SecurityHeaders,
    ) -> None:
        self._loader = loader
        self._limit = limit
        self._addresses = addresses
        self._security = security
        self._comparing = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def unlock(
        self, request: ReportRequest, headers: Mapping[bytes, bytes], scope: Scope, receive: Receive
    ) -> WireResponse:
        """Exchange a password; a link that asks for none, or is unlocked, is answered alike.

        Raises:
            LinkError: the link does not open.
            WrongPasswordError: the password is another one.
            ViewerError: too many were tried, no password was sent, or it cannot be told.
        """
        try:
            await self._loader.load(request, STATE)
        except PasswordRequiredError as asked:
            stored = asked.stored
        else:
            return self._opened(request, headers)
        password = _password(await read_body(receive, most_bytes=MOST_BYTES), headers)
        await self._limit.check(request.claims, await self._addresses.address(scope))
        if not await self._matches(stored, password):
            raise WrongPasswordError(request.unlock_path)
        if request.ring is None:
            raise SigningNotConfiguredError
        value, seconds = unlocking.proof(request.ring, request.claims, stored, now=instants.now())
        return self._opened(request, headers, self._cookie(request, value, seconds))

    async def _matches(self, stored: str, password: str) -> bool:
        if self._waiting >= MOST_WAITING:
            raise TooManyWaitingError
        self._waiting += 1
        try:
            async with self._comparing:
                return await asyncio.to_thread(unlocking.matches, stored, password)
        finally:
            self._waiting -= 1

    def _cookie(self, request: ReportRequest, value: str, seconds: int) -> Headers:
        secure = "; Secure" if self._security.https else ""
        cookie = (
            f"{NAME}={value}; Path=/api/reports/{request.token}; Max-Age={seconds}; HttpOnly;"
            f" SameSite=Lax{secure}"
        )
        return ((b"set-cookie", cookie.encode("ascii")),)

    def _opened(
        self, request: ReportRequest, headers: Mapping[bytes, bytes], more: Headers = ()
    ) -> WireResponse:
        kept = (NEVER_STORED, *self._security.data(), *more)
        if not wants_html(headers.get(b"accept", b"").decode("latin-1")):
            return WireResponse(Response(HTTPStatus.NO_CONTENT, kept, b""))
        back = (b"location", request.url.unlocked.path)
        return WireResponse(Response(HTTPStatus.SEE_OTHER, (*kept, back), b""))


def _password(body: bytes, headers: Mapping[bytes, bytes]) -> str:
    """The password of a form, or of a JSON object.

    Raises:
        InvalidPasswordBodyError: it is neither, or has none.
    """
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    try:
        if kind == b"application/x-www-form-urlencoded":
            pairs = parse_qsl(
                body.decode("ascii"), strict_parsing=True, errors="strict", max_num_fields=_FIELDS
            )
            found: object = [value for name, value in pairs if name == "password"]
            found = found[0] if isinstance(found, list) and len(found) == 1 else None
        else:
            content = json.loads(body.decode("utf-8"))
            found = content.get("password") if isinstance(content, dict) else None
    except (ValueError, RecursionError):
        raise InvalidPasswordBodyError from None
    if not isinstance(found, str) or not found or not found.isprintable():
        raise InvalidPasswordBodyError
    return found
