"""Accounts beside tenants: of several servers the home keeps the admins, and the others copies.

Tables of a tenant refer to its members. So a server that holds a tenant has a row of each of their
accounts, by the id that the home gave it and without a password that could be right: nobody logs in
by a copy. It is written in the transaction that makes somebody a member.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects.postgresql import insert

from accounts.errors import AccountMixedError
from common.db.accounts import Admin
from common.db.shards import directory_of
from common.db.tenancy import Access, TenantSession, transaction

NO_PASSWORD: Final = "!"  # noqa: S105 - no hash: nothing matches it
"""What a copy has in place of the hash of a password."""


@contextmanager
def accounts_beside(engine: Engine, session: TenantSession) -> Iterator[TenantSession]:
    """What accounts are read and made with beside a tenant's transaction.

    With one server that transaction; of several, one of the home's, which is committed first: what
    is killed then leaves an account that is a member of nothing.
    """
    if directory_of(engine) is None:
        yield session
        return
    with transaction(engine, Access()) as accounts:
        yield accounts


def ensure_account(engine: Engine, session: TenantSession, email: str, password_hash: str) -> int:
    """The account of that address, beside a tenant's transaction; made if there is a hash for it.

    Raises:
        sqlalchemy.exc.NoResultFound: there is none.
        AccountMixedError: the tenant's server knows another by its id.
    """
    with accounts_beside(engine, session) as accounts:
        if password_hash:
            made = insert(Admin).values(email=email, password_hash=password_hash)
            accounts.execute(made.on_conflict_do_nothing(index_elements=["email"]))
        admin_id = accounts.scalars(select(Admin.id).where(Admin.email == email)).one()
    copy_admin(session, engine, admin_id, email)
    return admin_id


def copy_admin(session: TenantSession, engine: Engine, admin_id: int, email: str) -> None:
    """Let the tenant's server know the account, where there are several; the home does already.

    Raises:
        AccountMixedError: it knows another by that id.
    """
    if directory_of(engine) is None:
        return
    known = session.scalar(select(Admin.email).where(Admin.id == admin_id))
    if known is not None and known != email:
        raise AccountMixedError(admin_id, email, known)
    session.execute(delete(Admin).where(Admin.email == email, Admin.id != admin_id))
    copy = insert(Admin).values(id=admin_id, email=email, password_hash=NO_PASSWORD)
    session.execute(copy.on_conflict_do_nothing())
