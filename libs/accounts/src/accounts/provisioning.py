"""Provisioning: creates tenants and admins as the services' role, under row-level security.

A new tenant takes its id from the sequence first, so that its transaction can act for it from the
first statement on. A password is stored as an argon2id hash and nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, IntegrityError

from accounts.admin_copies import ensure_account
from accounts.errors import (
    DatabaseRefusedError,
    PasswordMismatchError,
    TenantExistsError,
    UnknownAdminError,
    UnknownTenantError,
)
from accounts.members import list_members, remove_member, set_role
from accounts.passwords import replace_password
from accounts.placing import next_tenant_id, place_for_tenant, servers_beside
from accounts.validation import hashed, require_tenant_values, stored_address
from common.db.accounts import Admin, Membership, Role, Tenant
from common.db.across import find_on_any, one_at_a_time
from common.db.audit import COMMAND_LINE, Action, Author, record
from common.db.engine import STATEMENT_TIMEOUT_SECONDS, UnsafeDatabaseRoleError
from common.db.shards import create_sharded_engine, further_servers
from common.db.tenancy import Access, TenantDb, transaction
from common.instants import now
from common.password_hashing import password_matches

_SLUG_KEY = "uq_tenants_slug"
_TENANT_ID_OF = text("SELECT tenant_id_of(:slug)")


@contextmanager
def accounts_engine(
    service_url: str,
    *,
    pool_size: int = 1,
    statement_timeout_seconds: int = STATEMENT_TIMEOUT_SECONDS,
) -> Iterator[Engine]:
    """An engine as the services' role for as long as it is needed.

    Further servers are those of the environment, where ``service_url`` is its ``DATABASE_URL``.

    Raises:
        AccountError: the database cannot be reached, is not migrated, or the role is not held by
            row-level security.
    """
    try:
        shards = servers_beside(service_url)
        engine = create_sharded_engine(
            service_url,
            shards,
            application_name="analytics",
            pool_size=pool_size + 1 if shards else pool_size,  # one for a lock at home
            statement_timeout_seconds=statement_timeout_seconds,
        )
    except ValueError as error:
        raise DatabaseRefusedError(str(error)) from error
    try:
        yield engine
    except (DBAPIError, UnsafeDatabaseRoleError) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise DatabaseRefusedError(reason) from error
    finally:
        engine.dispose()


def tenant_id_of(engine: Engine, slug: str) -> int | None:
    """The id of the tenant of exactly this slug, None when there is none."""
    return find_on_any(
        engine, Access(), lambda session: session.scalar(_TENANT_ID_OF, {"slug": slug}), int
    )


def create_tenant(
    engine: Engine,
    *,
    slug: str,
    name: str,
    currency: str,
    timezone: str,
    shard: str | None = None,
) -> int:
    """Create a shop and answer its id; ``currency`` by ISO 4217, ``timezone`` by IANA.

    Of several servers ``shard`` is the one that is to hold it, by name; else it is the one that
    holds the fewest.

    Raises:
        InvalidAccountError: the slug, name, currency or zone cannot be one.
        TenantExistsError: the slug is taken.
        UnknownServerError: there is no server of that name.
        TenantAwayError: a server does not answer, which may have a shop of that slug.
    """
    require_tenant_values(slug, name, currency, timezone)
    tenant_id = next_tenant_id(engine)
    try:
        with (
            one_at_a_time(engine),
            transaction(_server_for(engine, slug, shard), Access(tenant_id=tenant_id)) as session,
        ):
            session.execute(
                insert(Tenant).values(
                    id=tenant_id, slug=slug, name=name.strip(), currency=currency, timezone=timezone
                )
            )
    except IntegrityError as error:
        if not _is_of_slug(error):
            raise
        raise TenantExistsError(slug) from error
    return tenant_id


def _is_of_slug(error: IntegrityError) -> bool:
    told = getattr(error.orig, "diag", None)
    return getattr(told, "constraint_name", None) == _SLUG_KEY


def _server_for(engine: Engine, slug: str, shard: str | None) -> Engine:
    if further_servers(engine) and tenant_id_of(engine, slug) is not None:
        raise TenantExistsError(slug)
    return place_for_tenant(engine, shard)


def create_admin(
    engine: Engine,
    *,
    email: str,
    password: str | None,
    tenant: str,
    role: Role = Role.OWNER,
) -> None:
    """Make ``email`` an admin of the tenant of that slug; a no-op when it is one already, in
    whatever role.

    An admin of other tenants gets a membership more and keeps the password, which must be given
    right, or be None.

    Raises:
        InvalidAccountError: the address cannot be one, or the password is too short, too long or
            easy to guess.
        UnknownTenantError: no tenant has this slug.
        UnknownAdminError: no password was given and there is no such admin.
        PasswordMismatchError: the admin exists with another password.
    """
    email = stored_address(email)
    tenant_id = tenant_id_of(engine, tenant)
    if tenant_id is None:
        raise UnknownTenantError(tenant)
    known = admin_exists(engine, email)
    if not known and password is None:
        raise UnknownAdminError(email)
    password_hash = "" if known or password is None else hashed(password, email, tenant)
    if (
        known
        and password is not None
        and not verify_password(engine, email=email, password=password)
    ):
        raise PasswordMismatchError(email)
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        admin_id = ensure_account(engine, session, email, password_hash)
        added = session.scalar(
            insert(Membership)
            .values(tenant_id=tenant_id, admin_id=admin_id, role=role.value)
            .on_conflict_do_nothing()
            .returning(Membership.admin_id)
        )
        if added is not None:
            record(
                session,
                tenant_id,
                Action.MEMBER_ADDED,
                COMMAND_LINE,
                at=now(),
                subject=email,
                role=role.value,
            )


def remove_admin(engine: Engine, *, email: str, tenant: str) -> None:
    """End ``email``'s right to act for the tenant of that slug, as ``remove_member`` does.

    Raises:
        UnknownTenantError: no tenant has this slug.
        UnknownAdminError: it has no such admin.
        LastOwnerError: nobody else is an owner.
    """
    db, admin_id = _member_of(engine, email, tenant)
    remove_member(db, admin_id, author=COMMAND_LINE, at=now())


def set_admin_role(engine: Engine, *, email: str, tenant: str, role: Role) -> None:
    """Give a member of the tenant of that slug another role.

    Raises:
        UnknownTenantError: no tenant has this slug.
        UnknownAdminError: it has no such admin.
        LastOwnerError: nobody else is an owner.
    """
    db, admin_id = _member_of(engine, email, tenant)
    set_role(db, admin_id, role, author=COMMAND_LINE, at=now())


def _member_of(engine: Engine, email: str, tenant: str) -> tuple[TenantDb, int]:
    email = stored_address(email)
    tenant_id = tenant_id_of(engine, tenant)
    if tenant_id is None:
        raise UnknownTenantError(tenant)
    db = TenantDb(engine, tenant_id)
    for member in list_members(db):
        if member.email == email:
            return db, member.admin_id
    raise UnknownAdminError(email)


def admin_exists(engine: Engine, email: str) -> bool:
    """Whether ``email`` is an admin of any tenant."""
    return _hash_of(engine, stored_address(email)) is not None


def verify_password(engine: Engine, *, email: str, password: str) -> bool:
    """Whether ``password`` is the admin's; takes about 0.1 s, whatever the answer.

    Raises:
        UnknownAdminError: there is no such admin.
    """
    stored = _hash_of(engine, stored_address(email))
    if stored is None:
        raise UnknownAdminError(email)
    return password_matches(stored, password)


def set_password(engine: Engine, *, email: str, password: str) -> None:
    """Replace the admin's password and end all their sessions.

    Raises:
        InvalidAccountError: the password is too short, too long or easy to guess.
        UnknownAdminError: there is no such admin.
    """
    password_hash = hashed(password, email)
    with transaction(engine, Access()) as session:
        admin_id = session.scalar(select(Admin.id).where(Admin.email == stored_address(email)))
    if admin_id is None:
        raise UnknownAdminError(email)
    author = Author(COMMAND_LINE.name, admin_id)
    replace_password(engine, admin_id, password_hash, author, at=now())


def _hash_of(engine: Engine, email: str) -> str | None:
    with transaction(engine, Access()) as session:
        return session.scalar(select(Admin.password_hash).where(Admin.email == email))
