"""Memberships: an admin and the tenants they may act for, as the database has them now.

Memberships are read on behalf of the admin: row-level security shows no other admin's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Select, select

from accounts.passwords import SESSION_KEY, NoPasswordError, account_key
from common.db.accounts import Admin, GiftCards, Membership, Role, Tenant
from common.db.parallel import Answers
from common.db.shards import DATABASE_AWAY, TenantAwayError, directory_of, further_servers
from common.db.tenancy import Access, TenantSession, snapshot, transaction


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """A tenant as links and answers need it; ``currency`` is ISO 4217, ``timezone`` IANA.

    ``gift_cards`` says what those it sold are to it.
    """

    id: int
    slug: str
    name: str
    currency: str
    timezone: str
    gift_cards: GiftCards = GiftCards.PLATFORM

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose days the tenant's reports count."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Account:
    """An admin and the tenants of their memberships, by slug; ``roles`` by the tenants' ids.

    Sessions of another ``generation`` than this are over, and so are those that ``session_key``
    did not sign. Tenants of servers that are ``away``, and those that move, are missing.
    """

    admin_id: int
    email: str
    generation: int
    tenants: tuple[TenantFacts, ...]
    session_key: bytes = field(repr=False)
    roles: Mapping[int, Role] = field(default_factory=dict)
    away: tuple[str, ...] = ()

    def tenant(self, tenant_id: int | None) -> TenantFacts | None:
        """The tenant of that id; None without a membership.

        Raises:
            TenantAwayError: it may be on a server that does not answer.
        """
        found = next((each for each in self.tenants if each.id == tenant_id), None)
        if found is None and tenant_id is not None:
            self.require_whole()
        return found

    def tenant_named(self, slug: str) -> TenantFacts | None:
        """The tenant of that slug; None without a membership, whether or not it exists.

        Raises:
            TenantAwayError: it may be on a server that does not answer.
        """
        found = next((each for each in self.tenants if each.slug == slug), None)
        if found is None:
            self.require_whole()
        return found

    def require_whole(self) -> None:
        """Refuse to decide by tenants that may be missing.

        Raises:
            TenantAwayError: a server does not answer.
        """
        if self.away:
            raise TenantAwayError(None, f"no answer from {', '.join(self.away)}")


def find_account(engine: Engine, admin_id: int, *, acting_for: int | None = None) -> Account | None:
    """The admin of that id with their memberships; None when there is no such admin.

    An account without a password is none: nobody has logged in by it.

    Of several servers the home knows the admin, and each the tenants it holds; one that does not
    answer is named, and its tenants are missing. A tenant that moves is missing and named; one that
    has moved between two answers is missing, but for the one that the admin is ``acting_for``: see
    ``with_tenant_named``.
    """
    query = (
        select(Admin.email, Admin.session_generation, Admin.password_hash, Tenant, Membership.role)
        .select_from(Admin)
        .outerjoin(Membership, Membership.admin_id == Admin.id)
        .outerjoin(Tenant, Tenant.id == Membership.tenant_id)
        .where(Admin.id == admin_id)
        .order_by(Tenant.slug)
    )
    with transaction(engine, Access(admin_id=admin_id)) as session:
        rows = session.execute(query).all()
    if not rows:
        return None
    email, generation, password_hash, *_ = rows[0]
    try:
        session_key = account_key(password_hash, SESSION_KEY)
    except NoPasswordError:
        return None
    theirs = [(tenant, role) for *_, tenant, role in rows if tenant is not None]
    elsewhere = _memberships_elsewhere(engine, admin_id, email)
    theirs += [each for found in elsewhere.given.values() for each in found]
    held = {tenant.id: (tenant, role) for tenant, role in theirs if not tenant.arriving}
    moving = {tenant.slug for tenant, _ in theirs if tenant.id not in held}
    away = [*elsewhere.away, *(f"the move of {slug}" for slug in sorted(moving))]
    if isinstance(acting_for, int) and acting_for not in held and not away:
        try:
            held |= _membership_of(engine, acting_for, admin_id, email)
        except DATABASE_AWAY:
            away.append("the server of the chosen shop")
    theirs = sorted(held.values(), key=lambda each: each[0].slug)
    return Account(
        admin_id=admin_id,
        email=email,
        generation=generation,
        tenants=tuple(facts_of(tenant) for tenant, _ in theirs),
        session_key=session_key,
        roles={tenant.id: Role(role) for tenant, role in theirs},
        away=tuple(away),
    )


def with_tenant_named(engine: Engine, account: Account, slug: str) -> Account | None:
    """The account, which has the tenant of that slug; None without a membership.

    Of several servers it is read once more where that is missing, which may have moved meanwhile.

    Raises:
        TenantAwayError: it may be on a server that does not answer.
    """
    if account.tenant_named(slug) is not None:
        return account
    if directory_of(engine) is None:
        return None
    again = find_account(engine, account.admin_id)
    return None if again is None or again.tenant_named(slug) is None else again


def _membership_of(
    engine: Engine, tenant_id: int, admin_id: int, email: str
) -> dict[int, tuple[Tenant, str]]:
    """The tenant with the admin's role, by the server that holds it; empty without a membership.

    Raises:
        TenantAwayError: that one is moving, or its server does not answer.
    """
    if directory_of(engine) is None:
        return {}
    query = _theirs(admin_id, email).where(Tenant.id == tenant_id)
    with snapshot(engine, Access(tenant_id=tenant_id)) as session:
        return {tenant.id: (tenant, role) for tenant, role in session.execute(query)}


def _theirs(admin_id: int, email: str) -> Select[Tenant, str]:
    """The admin's tenants of a server, and their roles; none of another's who has the id there."""
    return (
        select(Tenant, Membership.role)
        .join(Membership, Membership.tenant_id == Tenant.id)
        .join(Admin, Admin.id == Membership.admin_id)
        .where(Membership.admin_id == admin_id, Admin.email == email)
    )


def _memberships_elsewhere(
    engine: Engine, admin_id: int, email: str
) -> Answers[list[tuple[Tenant, str]]]:
    """The tenants that the further servers hold, with the admin's roles."""
    query = _theirs(admin_id, email)

    def ask(server: Engine) -> list[tuple[Tenant, str]]:
        with transaction(server, Access(admin_id=admin_id)) as session:
            return [(tenant, role) for tenant, role in session.execute(query)]

    directory = directory_of(engine)
    if directory is None:
        return Answers()
    return directory.ask(
        {name: partial(ask, each) for name, each in further_servers(engine).items()}
    )


def find_tenant(engine: Engine, tenant_id: int) -> TenantFacts | None:
    """The tenant of that id, for callers that act for it without an admin."""
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        tenant = session.scalar(select(Tenant).where(Tenant.id == tenant_id))
        return None if tenant is None else facts_of(tenant)


def lock_tenant(session: TenantSession, tenant_id: int) -> None:
    """Let those wait who decide by counts of the tenant's keys or members, until the end."""
    session.execute(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update(key_share=True))


def facts_of(tenant: Tenant) -> TenantFacts:
    """What is told of a tenant."""
    return TenantFacts(
        id=tenant.id,
        slug=tenant.slug,
        name=tenant.name,
        currency=tenant.currency,
        timezone=tenant.timezone,
        gift_cards=GiftCards(tenant.gift_cards),
    )
