"""API keys of a tenant: making, listing and revoking them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from accounts.errors import InvalidAccountError
from accounts.key_format import digest_of, new_key
from accounts.memberships import lock_tenant
from accounts.permissions import SCOPES, Permission
from common.db.api_keys import MAX_KEY_NAME_LENGTH, ApiKey
from common.db.audit import Action, Author, record
from common.db.pagination import Cursor, Order, Page, Paging, page_of
from common.db.tenancy import TenantDb, TenantSession
from common.http.problem import Problem
from common.http.wording import Wording

MAX_KEYS: Final = 100
"""Of a tenant, those that are over not counted."""
DEFAULT_DAYS: Final = 90
MAX_DAYS: Final = 366

_ORDER: Final = Order(ApiKey.created_at, ApiKey.id)


class ApiKeyError(Problem):
    """An API key cannot be made or found."""


class KeyNotFoundError(ApiKeyError):
    """The tenant has no key of that id; the answer does not tell whether another has."""

    status = HTTPStatus.NOT_FOUND
    type = "key-not-found"
    title = "API key not found"

    def __init__(self, key_id: object) -> None:
        super().__init__("There is no such API key.")
        self.key_id = key_id


class TooManyKeysError(ApiKeyError):
    """The tenant has as many keys as it may."""

    status = HTTPStatus.CONFLICT
    type = "too-many-keys"
    title = "Too many API keys"

    def __init__(self) -> None:
        super().__init__(
            Wording(
                "There are %(most)s API keys already: revoke one that is not used.", most=MAX_KEYS
            )
        )


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A key as it is wanted: what it is called, may do, and for how many days."""

    name: str
    scopes: frozenset[Permission]
    days: int = DEFAULT_DAYS


def key_request(name: str, scopes: Iterable[str], days: int | None) -> KeyRequest:
    """A key as somebody writes it; days by default ``DEFAULT_DAYS``.

    Raises:
        InvalidAccountError: the name, a scope or the days cannot be one, naming the field.
    """
    name, asked = name.strip(), DEFAULT_DAYS if days is None else days
    if not name or not name.isprintable() or len(name) > MAX_KEY_NAME_LENGTH:
        raise InvalidAccountError("name", name, f"use 1 to {MAX_KEY_NAME_LENGTH} characters")
    wanted = set(scopes)
    for scope in sorted(wanted - set(SCOPES)):
        raise InvalidAccountError("scope", scope, f"use some of {', '.join(SCOPES)}")
    if not wanted:
        raise InvalidAccountError("scope", None, "name one at least")
    if not 1 <= asked <= MAX_DAYS:
        raise InvalidAccountError("days", str(days), f"use 1 to {MAX_DAYS}")
    return KeyRequest(name, frozenset(map(Permission, wanted)), asked)


def create_key(
    db: TenantDb, wanted: KeyRequest, *, author: Author, at: datetime
) -> tuple[ApiKey, str]:
    """Make a key; its row, and its text, which is kept nowhere.

    Raises:
        TooManyKeysError: the tenant has as many as it may.
    """
    key_id = uuid4()
    text = new_key(key_id)
    made = ApiKey(
        tenant_id=db.tenant_id,
        id=key_id,
        digest=digest_of(text),
        name=wanted.name,
        scopes=sorted(wanted.scopes),
        created_at=at,
        created_by=author.admin_id,
        maker=author.name,
        expires_at=at + timedelta(days=wanted.days),
    )
    with db.transaction() as session:
        lock_tenant(session, db.tenant_id)
        if _count_valid(session, at) >= MAX_KEYS:
            raise TooManyKeysError
        session.add(made)
        session.flush()
        record(
            session,
            db.tenant_id,
            Action.API_KEY_CREATED,
            author,
            at=at,
            subject=key_id,
            name=wanted.name,
            scopes=made.scopes,
        )
    return made, text


def list_keys(db: TenantDb, paging: Paging) -> Page[ApiKey]:
    """The tenant's keys, newest first, those included that are over."""
    with db.transaction() as session:
        rows = session.scalars(_ORDER.select(select(ApiKey), paging)).all()
    return page_of(rows, paging, lambda each: each, lambda each: Cursor(each.created_at, each.id))


def get_key(db: TenantDb, key_id: UUID) -> ApiKey:
    """One key of the tenant.

    Raises:
        KeyNotFoundError: the tenant has none of that id.
    """
    with db.transaction() as session:
        found = session.get(ApiKey, (db.tenant_id, key_id))
    if found is None:
        raise KeyNotFoundError(key_id)
    return found


def revoke_key(db: TenantDb, key_id: UUID, *, author: Author, at: datetime) -> None:
    """End a key: it opens nothing once this has returned. A no-op when it is revoked already.

    Raises:
        KeyNotFoundError: the tenant has none of that id.
    """
    mine = (ApiKey.tenant_id == db.tenant_id, ApiKey.id == key_id)
    with db.transaction() as session:
        name = session.scalar(
            update(ApiKey)
            .where(*mine, ApiKey.revoked_at.is_(None))
            .values(revoked_at=at)
            .returning(ApiKey.name)
        )
        if name is not None:
            record(
                session,
                db.tenant_id,
                Action.API_KEY_REVOKED,
                author,
                at=at,
                subject=key_id,
                name=name,
            )
        elif session.scalar(select(ApiKey.id).where(*mine)) is None:
            raise KeyNotFoundError(key_id)


def state_of(key: ApiKey, *, now: datetime) -> Literal["active", "expired", "revoked"]:
    """Whether a key is valid, and why not."""
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at <= now else "active"


def _count_valid(session: TenantSession, at: datetime) -> int:
    valid = (ApiKey.revoked_at.is_(None), ApiKey.expires_at > at)
    return session.scalar(select(func.count(ApiKey.id)).where(*valid)) or 0
