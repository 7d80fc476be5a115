"""Admin sessions in Redis: the cookie is an opaque random id, Redis knows only its hash.

A session ends after its absolute life, after idling, or at log-out. An id is never chosen by the
client: a login always makes a new one, so that an id planted before is worth nothing.

Redis is not believed: what it holds is signed, under its id, by a key of the account that only
PostgreSQL knows, and names the epoch of the server it was written in. So a session written by
whoever can write Redis is none, and an old snapshot brings none back.
"""

import hashlib
import hmac
import json
import math
import re
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Final

from redis import Redis

from common.http.problem import Problem
from common.links.state import INFORM, parse_epoch

COOKIE: Final = "analytics_session"
UNATTENDED: Final = "X-Unattended"
"""The header of what a page asks for by itself: it is no use of the session."""
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

    It is over once the admin's generation is another (``passwords``), or the server's epoch.
    ``mac`` is that of all else, in hex.
    """

    admin_id: int
    tenant_id: int | None
    created_at: float
    generation: int
    epoch: str
    mac: str = ""


# KEYS: session. ARGV: seconds until it has idled for too long; empty where it goes on idling.
_READ: Final = """
local value = redis.call('get', KEYS[1])
if value and ARGV[1] ~= '' then redis.call('expire', KEYS[1], ARGV[1]) end
return {value or '', string.match(redis.call('info', 'server'), 'run_id:%x+') or ''}
"""
_LARGEST_ID: Final = 2**63 - 1


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
        self, admin_id: int, tenant_id: int | None, *, generation: int, key: bytes, now: datetime
    ) -> str:
        """Begin a session, signed by the account's ``key``; its id, which is shown once."""
        session_id = secrets.token_urlsafe(32)
        epoch = parse_epoch(self._redis.eval(INFORM, 1, _key(session_id)))
        session = Session(admin_id, tenant_id, now.timestamp(), generation, epoch)
        signed = _encode(_signed(session_id, session, key))
        self._redis.set(_key(session_id), signed, ex=self._idle_seconds)
        return session_id

    def read(self, session_id: str | None, *, now: datetime, used: bool = True) -> Session:
        """The session of that id, which has been ``used`` now. Who signed it ``check`` tells.

        Raises:
            NoSessionError: no id of ours, unknown, idle for too long, past its life, or of another
                epoch of the server.
        """
        if session_id is None or not _ID.fullmatch(session_id):
            raise NoSessionError
        idle = str(self._idle_seconds) if used else ""
        data, server = self._redis.eval(_READ, 1, _key(session_id), idle)
        session = _decode(data)
        if session is None or session.epoch != parse_epoch(server):
            raise NoSessionError
        if now.timestamp() >= session.created_at + self._life_seconds:
            self.delete(session_id)
            raise NoSessionError
        return session

    def check(self, session_id: str, session: Session, key: bytes) -> None:
        """Refuse a session that was not signed by the account's ``key``, under its id.

        Raises:
            NoSessionError: it was not.
        """
        if not hmac.compare_digest(session.mac, _signed(session_id, session, key).mac):
            raise NoSessionError

    def choose_tenant(
        self, session_id: str, session: Session, tenant_id: int, *, key: bytes
    ) -> None:
        """Let the session act for a tenant; ``key`` is the account's.

        Raises:
            NoSessionError: it has ended meanwhile; it is not brought back.
        """
        changed = _encode(_signed(session_id, replace(session, tenant_id=tenant_id), key))
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
        session = Session(**json.loads(data))
    except (ValueError, TypeError, RecursionError):
        return None
    return session if _is_well_formed(session) else None


def _is_well_formed(session: Session) -> bool:
    ids = (session.admin_id, session.generation, session.tenant_id or 0)
    return (
        all(type(each) is int and 0 <= each <= _LARGEST_ID for each in ids)
        and type(session.created_at) is float
        and math.isfinite(session.created_at)
        and isinstance(session.epoch, str)
        and isinstance(session.mac, str)
        and session.mac.isascii()
    )


def _signed(session_id: str, session: Session, key: bytes) -> Session:
    """The session with its MAC: over the name it is kept under, and all of it."""
    text = f"{_key(session_id)}\n{_encode(replace(session, mac=''))}"
    return replace(session, mac=hmac.new(key, text.encode(), hashlib.sha256).hexdigest())
