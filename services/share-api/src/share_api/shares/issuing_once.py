"""Issuing under an idempotency key: sent again, the same links are told, and none is issued.

What is kept names the entries of the ledger. The addresses are made anew from those, as the ledger
makes any address: they stand nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from common.db.shares import Share
from common.db.tenancy import TenantDb
from common.links.token import KeyRing
from common.reports.window import Window
from share_api.idempotency import AnsweredError, KeyedRequest
from sharing.addressing import address_of
from sharing.issue_errors import SigningNotConfiguredError
from sharing.issuing import issue_all
from sharing.issuing_context import IssuingContext
from sharing.link_address import base_url_of
from sharing.link_request import IssuedLink, LinkRequest


@dataclass(frozen=True, slots=True)
class Issued:
    """Links, and whether they were issued before, under the same key."""

    links: Sequence[IssuedLink]
    replayed: bool = False


def keyed_request(
    db: TenantDb, key: str | None, ring: KeyRing | None, path: str, body: bytes, *, now: datetime
) -> KeyedRequest | None:
    """The request under its key; None without a key, or where no link can be issued anyway.

    Its digest needs the signing key to be made: a body may have a password in it.
    """
    if key is None or ring is None:
        return None
    return KeyedRequest(db, key, ring.fingerprint(f"{path}\n".encode() + body), now)


def issued_before(keyed: KeyedRequest | None, using: IssuingContext) -> Issued | None:
    """The links that were issued under the key; None without one, or where none were.

    Asked first, so that the same request is told the same, whatever became of its template.

    Raises:
        KeyInFlightError, KeyReusedError: the key is in use.
        LinkOverError: the key that signed them is no longer in use.
    """
    before = None if keyed is None else keyed.answer()
    if keyed is None or before is None:
        return None
    return Issued(_told_again(before, keyed.db, using), replayed=True)


def issue_once(
    requests: Sequence[LinkRequest],
    using: IssuingContext,
    keyed: KeyedRequest | None,
    *,
    now: datetime,
) -> Issued:
    """Issue links, or tell again those that were issued under the key.

    Raises:
        KeyInFlightError, KeyReusedError: the key is in use.
        LinkOverError: told again, and the key that signed them is no longer in use.
        Exception: what ``issue_all`` raises.
    """
    if keyed is None:
        return Issued(issue_all(requests, using, now=now))
    before = keyed.answer()
    if before is not None:
        return Issued(_told_again(before, keyed.db, using), replayed=True)

    def conclude(connection: Connection, links: Sequence[IssuedLink]) -> None:
        kept = [{"id": str(link.share_id), "notes": link.notes} for link in links]
        keyed.conclude(connection, {"links": kept})

    try:
        links = issue_all(requests, using, now=now, begin=keyed.begin, conclude=conclude)
    except AnsweredError as error:
        return Issued(_told_again(error.answer, keyed.db, using), replayed=True)
    return Issued(links)


def _told_again(
    answer: dict[str, Any], db: TenantDb, using: IssuingContext
) -> Sequence[IssuedLink]:
    if using.ring is None:
        raise SigningNotConfiguredError
    notes = {UUID(each["id"]): each["notes"] for each in answer["links"]}
    with db.transaction() as session:
        found = session.scalars(
            select(Share).where(Share.tenant_id == db.tenant_id, Share.id.in_(notes))
        )
        shares = {share.id: share for share in found}
    base_url = base_url_of(db, using)
    return [
        IssuedLink(
            share_id=share_id,
            url=address_of(shares[share_id], using.ring, base_url),
            report=shares[share_id].report,
            window=Window(shares[share_id].window_from, shares[share_id].window_to),
            expires_at=shares[share_id].expires_at,
            notes=notes[share_id],
        )
        for share_id in notes
    ]
