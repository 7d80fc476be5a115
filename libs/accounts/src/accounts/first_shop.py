"""First shop: while there is no admin, a one-time address leads to making the shop and its owner.

The token is a MAC under a key derived from the secret that signs links, with an expiry; it is kept
nowhere. What ends it is that there is an admin: that is looked at under a lock in the transaction
that makes one, so that of two who use the address at once the second is told that it is over. Of
several servers it is at home, as the account is.
"""

import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from sqlalchemy import Engine, exists, select, text
from sqlalchemy.dialects.postgresql import insert

from accounts.passwords import derived_key
from accounts.placing import next_tenant_id
from accounts.provisioning import tenant_id_of
from accounts.validation import require_tenant_values, stored_address
from common.db.accounts import Admin, Membership, Role, Tenant
from common.db.across import one_at_a_time
from common.db.audit import Action, Author, record
from common.db.tenancy import Access, transaction
from common.http.problem import Problem

LASTS: Final = timedelta(hours=24)
_PURPOSE: Final = "first-shop"
_GRAMMAR: Final = re.compile(r"new_([0-9]{1,11})_([0-9a-f]{64})", re.ASCII)
_ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtext('analytics first shop'))")
_LONGEST_SLUG: Final = 40


class FirstShopOverError(Problem):
    """No such address, too old, or there is an admin: which of them is not told."""

    status = HTTPStatus.NOT_FOUND
    type = "first-shop-over"
    title = "This address does not work"

    def __init__(self) -> None:
        super().__init__("There is already an admin, or the address has expired.")


@dataclass(frozen=True, slots=True)
class FirstShop:
    """A shop as it is wanted; ``currency`` by ISO 4217, ``timezone`` by IANA."""

    name: str
    currency: str
    timezone: str
    email: str


def first_shop_token(secret: str, *, at: datetime) -> str:
    """The token of the one-time address; ``secret`` is the one that signs links."""
    expires = int((at + LASTS).timestamp())
    return f"new_{expires}_{_mac(secret, expires)}"


def has_admin(engine: Engine) -> bool:
    """Whether anybody can log in."""
    with transaction(engine, Access()) as session:
        return bool(session.scalar(select(exists().where(Admin.id > 0))))


def check_first_shop(engine: Engine, secret: str | None, token: str, *, now: datetime) -> None:
    """Refuse a token that does not work.

    Raises:
        FirstShopOverError: it does not.
    """
    match = _GRAMMAR.fullmatch(token)
    if match is None or secret is None:
        raise FirstShopOverError
    expires = int(match[1])
    if not hmac.compare_digest(_mac(secret, expires), match[2]) or match[1] != str(expires):
        raise FirstShopOverError
    if datetime.fromtimestamp(expires, UTC) <= now or has_admin(engine):
        raise FirstShopOverError


def require_first_shop(wanted: FirstShop) -> None:
    """Refuse what cannot be a shop or an address.

    Raises:
        InvalidAccountError: naming the field.
    """
    require_tenant_values(slug_of(wanted.name), wanted.name, wanted.currency, wanted.timezone)
    stored_address(wanted.email)


def make_first_shop(
    engine: Engine, wanted: FirstShop, password_hash: str, *, address: str | None, at: datetime
) -> int:
    """Make the shop and its owner, both or neither; the owner's id.

    Raises:
        InvalidAccountError: a value cannot be one, naming the field.
        FirstShopOverError: there is an admin by now.
    """
    require_first_shop(wanted)
    slug, email = _free_slug(engine, wanted.name), stored_address(wanted.email)
    tenant_id = next_tenant_id(engine)
    with one_at_a_time(engine), transaction(engine, Access(tenant_id=tenant_id)) as session:
        session.execute(_ALONE)
        if session.scalar(select(exists().where(Admin.id > 0))):
            raise FirstShopOverError
        shop = insert(Tenant).values(
            id=tenant_id,
            slug=slug,
            name=wanted.name.strip(),
            currency=wanted.currency,
            timezone=wanted.timezone,
        )
        session.execute(shop)
        owner = insert(Admin).values(email=email, password_hash=password_hash).returning(Admin.id)
        admin_id = int(session.scalars(owner).one())
        session.execute(
            insert(Membership).values(tenant_id=tenant_id, admin_id=admin_id, role=Role.OWNER.value)
        )
        author = Author(email, admin_id, address)
        record(session, tenant_id, Action.MEMBER_ADDED, author, at=at, subject=email, role="owner")
    return admin_id


def slug_of(name: str) -> str:
    """A slug for a shop of that name: ``Blumen Müller`` becomes ``blumen-muller``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG].strip("-") or "shop"


def _free_slug(engine: Engine, name: str) -> str:
    slug, number = slug_of(name), 1
    while tenant_id_of(engine, slug if number == 1 else f"{slug}-{number}") is not None:
        number += 1
    return slug if number == 1 else f"{slug}-{number}"


def _mac(secret: str, expires: int) -> str:
    key = derived_key(secret, _PURPOSE)
    return hmac.new(key, str(expires).encode("ascii"), sha256).hexdigest()
