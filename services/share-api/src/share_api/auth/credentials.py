"""Credentials: who an e-mail address and a password belong to.

An unknown address costs what a wrong password costs: a hash is verified either way, so that neither
the answer nor its time tells whether an account exists. At most two hashes (64 MiB and about 0.2 s
each) are worked on at once; the requests that wait for one hold no thread. Some places among those
who wait are kept for devices that are known, so that a flood from elsewhere does not shut them out.
"""

import functools
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import anyio
from anyio.to_thread import run_sync
from sqlalchemy import Engine, select

from accounts.audit_log import record_refusal
from accounts.password_strength import require_strength
from common.db.accounts import Admin
from common.db.audit import Action, Author
from common.db.tenancy import Access, transaction
from common.http.problem import UNAVAILABLE_RETRY_SECONDS, Problem
from common.instants import now
from common.password_hashing import hash_password, password_matches
from share_api.auth.devices import known_device, remember_device
from share_api.rate_limits import LoginRateLimit, attempts_of

HASHES_AT_ONCE: Final = 2
PENDING_AT_MOST: Final = 40
KEPT_FOR_DEVICES: Final = 10


class CredentialsError(Problem):
    """The login is refused."""


class WrongCredentialsError(CredentialsError):
    """No such account, or not its password: which of them is not told."""

    status = HTTPStatus.FORBIDDEN
    type = "wrong-credentials"
    title = "Login refused"

    def __init__(self, told: str = "The e-mail address or the password is wrong.") -> None:
        super().__init__(told)


class LoginBusyError(CredentialsError):
    """More logins are waiting than can be verified in good time."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "login-busy"
    title = "Service busy"
    retry_after = UNAVAILABLE_RETRY_SECONDS

    def __init__(self) -> None:
        super().__init__("Too many logins are waiting. Try again in a few seconds.")


@dataclass(frozen=True, slots=True)
class Verified:
    """Who has shown who they are, and the generation of sessions that it was read with.

    ``by`` is what the audit log calls how they did.
    """

    admin_id: int
    generation: int
    device: str = field(default="", repr=False)
    """The cookie by which the device is known from now on."""
    by: Action = Action.LOGIN_SUCCEEDED


@dataclass(frozen=True, slots=True)
class _Stored:
    admin_id: int | None
    password_hash: str
    generation: int = 0


class Credentials:
    """Verifies logins against the stored argon2id hashes."""

    def __init__(self, engine: Engine, rate_limit: LoginRateLimit) -> None:
        self._engine = engine
        self._rate_limit = rate_limit
        self._hashing = anyio.CapacityLimiter(HASHES_AT_ONCE)
        self._pending = 0  # touched on the event loop only
        self._sleep: Callable[[float], Awaitable[None]] = anyio.sleep

    async def verify(
        self, email: str, password: str, *, address: str, device: str | None = None
    ) -> Verified:
        """The admin whose credentials these are; ``address`` is the client's.

        ``device`` is the cookie of one that may be known: right credentials from a known device are
        refused by no limit on others.

        Raises:
            TooManyLoginsError: the address has to wait.
            LoginBusyError: the service has to catch up first.
            WrongCredentialsError: no such account, or not its password.
        """
        email = email.strip().lower()
        known, stored = await run_sync(self._known, email, device) if device else (None, None)
        if known is None:
            slow = await run_sync(self._rate_limit.check, email, address)
            if slow:
                with self._place(PENDING_AT_MOST):
                    await self._sleep(slow)
        if stored is None:
            stored = await run_sync(self._find, email)
        if not await self._matches(stored, password, known=known) or stored.admin_id is None:
            await run_sync(self._record_refusal, Author(email, stored.admin_id, address), known)
            raise WrongCredentialsError
        await run_sync(self._rate_limit.reset, attempts_of(email, address))
        cookie = remember_device(stored.admin_id, stored.password_hash, now=now())
        return Verified(stored.admin_id, stored.generation, cookie)

    def _known(self, email: str, device: str) -> tuple[str | None, _Stored]:
        """The name of a device that is known to the account and trusted, and the account."""
        stored = self._find(email)
        name = known_device(device, stored.admin_id, stored.password_hash, now=now())
        return name if name is not None and self._rate_limit.trusts(name) else None, stored

    def _record_refusal(self, author: Author, known: str | None) -> None:
        if known is not None:
            self._rate_limit.distrust(known)
        locked = self._rate_limit.is_exhausted(attempts_of(author.name, author.address or ""))
        action = Action.LOGIN_LOCKED if locked else Action.LOGIN_FAILED
        record_refusal(self._engine, action, author, at=now())

    async def hash(self, password: str, *, email: str) -> str:
        """The argon2id hash of a new password of the admin with that address.

        Raises:
            GuessablePasswordError: it is easy to guess.
            LoginBusyError: the service has to catch up first.
        """
        with self._place(PENDING_AT_MOST):
            await run_sync(require_strength, password, (email,), limiter=self._hashing)
            return await run_sync(hash_password, password, limiter=self._hashing)

    async def _matches(self, stored: _Stored, password: str, *, known: str | None) -> bool:
        with self._place(PENDING_AT_MOST + (KEPT_FOR_DEVICES if known is not None else 0)):
            return await run_sync(
                password_matches, stored.password_hash, password, limiter=self._hashing
            )

    @contextmanager
    def _place(self, most: int) -> Iterator[None]:
        """A place among at most so many who wait.

        Raises:
            LoginBusyError: there is none.
        """
        if self._pending >= most:
            raise LoginBusyError
        self._pending += 1
        try:
            yield
        finally:
            self._pending -= 1

    def _find(self, email: str) -> _Stored:
        decoy = _decoy_hash()
        with transaction(self._engine, Access()) as session:
            row = session.execute(
                select(Admin.id, Admin.password_hash, Admin.session_generation).where(
                    Admin.email == email
                )
            ).one_or_none()
        return _Stored(*row) if row else _Stored(None, decoy)


@functools.cache
def _decoy_hash() -> str:
    """A hash of a password that is not known, as expensive as those of the accounts."""
    return hash_password(secrets.token_urlsafe(32))
