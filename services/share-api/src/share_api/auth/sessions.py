"""Admin sessions in Redis: the cookie is an opaque random id, Redis knows only its hash.

A session ends after its absolute life, after idling, or at log-out. An id is never chosen by the
client: a login always makes a new one, so that an id planted before is worth nothing.
"""

import hashlib
import json
import re
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Final

from redis import Redis

from common.http.problem import Problem

COOKIE: Final = "analytics_session"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class SessionError(Problem):
    """The request is not one of an admin who may do this."""

    status = HTTPStatus.FORBIDDEN


class NoSessionError(SessionError):
    """No session, or one that is over."""

    type = "no-session"
    title = "Not logged in"

    def __init__(self) -> None:
        super().__init__("Log in first: there is no session, or it is over.")


class NoTenantError(SessionError):
    """A session that has no tenant chosen, or whose membership has ended."""

    type = "no-tenant"
    title = "No tenant chosen"

    def __init__(self) -> None:
        super().__init__("Choose a tenant first.")


class NotAMemberError(SessionError):
    """The admin is not a member of the tenant; the answer does not tell whether it exists."""

    type = "not-a-member"
    title = "Not a member of the tenant"

    def __init__(self) -> None:
        super().__init__("There is no such tenant among yours.")


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in since when (Unix seconds), and for which tenant they act.

    It is over once the admin's generation is another (``passwords``).
    """

    admin_id: int
    tenant_id: int | None
    created_at: float
    generation: int


class SessionStore:
    """Sessions in Redis. ``redis`` is a client that returns bytes."""

    def __init__(self, redis: Redis, *, life_seconds: int, idle_seconds: int) -> None:
        self._redis = redis
        self._life_seconds = life_seconds
        self._idle_seconds = min(idle_seconds, life_seconds)

    @property
    def life_seconds(self) -> int:
        """How long a session lasts at most."""
        return self._life_seconds

    def create(
        self, admin_id: int, tenant_id: int | None, *, generation: int, now: datetime
    ) -> str:
        """Begin a session; its id, which is shown once and not kept."""
        session_id = secrets.token_urlsafe(32)
        session = Session(admin_id, tenant_id, now.timestamp(), generation)
        self._redis.set(_key(session_id), _encode(session), ex=self._idle_seconds)
        return session_id

    def read(self, session_id: str | None, *, now: datetime) -> Session:
        """The session of that id, which has been used now.

        Raises:
            NoSessionError: no id of ours, unknown, idle for too long, or past its life.
        """
        if session_id is None or not _ID.fullmatch(session_id):
            raise NoSessionError
        data = self._redis.getex(_key(session_id), ex=self._idle_seconds)
        session = _decode(data)
        if session is None:
            raise NoSessionError
        if now.timestamp() >= session.created_at + self._life_seconds:
            self.delete(session_id)
            raise NoSessionError
        return session

    def choose_tenant(self, session_id: str, session: Session, tenant_id: int) -> None:
        """Let the session act for a tenant.

        Raises:
            NoSessionError: it has ended meanwhile; it is not brought back.
        """
        changed = _encode(replace(session, tenant_id=tenant_id))
        if not self._redis.set(_key(session_id), changed, xx=True, keepttl=True):
            raise NoSessionError

    def end(self, session_id: str | None, *, now: datetime) -> Session | None:
        """End the session of that id, and answer what it was, if it was one."""
        try:
            session = self.read(session_id, now=now)
        except NoSessionError:
            return None
        ended = session_id is not None and self._redis.delete(_key(session_id))
        return session if ended else None

    def delete(self, session_id: str | None) -> None:
        """End the session of that id, if there is one."""
        if session_id is not None and _ID.fullmatch(session_id):
            self._redis.delete(_key(session_id))


def _key(session_id: str) -> str:
    return f"session:{hashlib.sha256(session_id.encode('ascii')).hexdigest()}"


def _encode(session: Session) -> str:
    return json.dumps(asdict(session))


def _decode(data: object) -> Session | None:
    if not isinstance(data, bytes):
        return None
    try:
        return Session(**json.loads(data))
    except (ValueError, TypeError):
        return None
