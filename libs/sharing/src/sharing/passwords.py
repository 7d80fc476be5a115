"""Passwords of links: set, changed and removed, at once for who has the link open.

The order is that of a revocation: ledger, commit, Redis. What Redis did not take is brought there
by the workers' sweep (``worker.links.change_sweep``).
"""

from http import HTTPStatus
from uuid import UUID

from redis import RedisError
from sqlalchemy import Engine, select

from common.db.audit import Action, record
from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.http.problem import UNAVAILABLE_RETRY_SECONDS, Problem
from common.links.state import LinkRef, LinkState, LinkStateStore
from common.links.unlocking import hash_of
from sharing.issue_errors import LinkOverError, require_password
from sharing.listing import ShareNotFoundError
from sharing.options import options_of
from sharing.revoking import Revocation


class PasswordNotCarriedOutError(Problem):
    """The change stands in the ledger, and could not yet be written where viewers look."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "password-not-carried-out"
    title = "Password not changed yet"
    retry_after = UNAVAILABLE_RETRY_SECONDS

    def __init__(self) -> None:
        super().__init__(
            "The change is recorded and will be carried out, but Redis does not answer now: until"
            " it does, take the link for one with the password of before."
        )


def change_password(
    change: Revocation, share_id: UUID, password: str | None, engine: Engine, states: LinkStateStore
) -> None:
    """Let a link ask for another password, or with None for none; ends what was unlocked.

    Raises:
        LinkPasswordError: too short or too long.
        ShareNotFoundError: the tenant has no such entry.
        LinkOverError: the link opens no more.
        PasswordNotCarriedOutError: Redis did not take it yet.
    """
    if password is not None:
        require_password(password)
    stored = None if password is None else hash_of(password)
    # From before the ledger is looked at: see ``LinkStateStore.activate``.
    epoch = _epoch(states, change.tenant_id)
    with transaction(engine, Access(tenant_id=change.tenant_id)) as session:
        share = session.scalar(
            select(Share)
            .where(Share.tenant_id == change.tenant_id, Share.id == share_id)
            .with_for_update()
        )
        if share is None:
            raise ShareNotFoundError(share_id)
        if share.revoked_at is not None or share.expires_at <= change.at:
            raise LinkOverError
        if stored is not None or share.password_hash is not None:
            share.password_hash = stored
            share.revision += 1
            share.changed_at = change.at
            record(
                session,
                change.tenant_id,
                Action.LINK_PASSWORD_REMOVED if stored is None else Action.LINK_PASSWORD_SET,
                change.author,
                at=change.at,
                subject=share.id,
                report=share.report,
            )
        link = LinkRef(share.tenant_id, share.link_id, share.expires_at)
        shown = options_of(share)
    if epoch is None:
        raise PasswordNotCarriedOutError
    try:
        states.restore(link, LinkState.ACTIVE, shown, epoch=epoch)
    except (RedisError, OSError) as error:
        raise PasswordNotCarriedOutError from error


def _epoch(states: LinkStateStore, tenant_id: int) -> str | None:
    """The server's run of now; None where it does not say, as what comes next is in the ledger."""
    try:
        return states.epoch(tenant_id)
    except (RedisError, OSError):
        return None
