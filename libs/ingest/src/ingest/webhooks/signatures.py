"""Signatures of events: HMAC-SHA256 of the raw body under the connection's secret, in base64.

A connection that does not exist, one of another platform and a wrong signature are answered alike,
after the same work.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from sqlalchemy import Engine

from common.db.tenancy import TenantDb
from common.db.webhooks import IngestConnection
from common.http.problem import Problem
from ingest.webhooks.connections import parse_id
from ingest.webhooks.sealing import SecretBox

_NOBODY: Final = secrets.token_bytes(32)
"""Signs for the connections that do not exist."""


class UnsignedEventError(Problem):
    """Not signed by the connection's platform, or no connection: which of them is not told."""

    status = HTTPStatus.UNAUTHORIZED
    type = "invalid-webhook-signature"
    title = "Not signed by a connection"
    fixed_detail = "The body is not signed with the secret of a connection at this address."


@dataclass(frozen=True, slots=True)
class Signer:
    """A connection that signed an event; the events of one that is ``paused`` wait."""

    db: TenantDb
    connection_id: UUID
    paused: bool


def verified(
    engine: Engine,
    box: SecretBox,
    *,
    connection: str,
    platform: str,
    signature: str | None,
    body: bytes,
    at: datetime,
) -> Signer:
    """Who signed ``body``. Blocking.

    Raises:
        ConnectionsNotConfiguredError, UnopenedSecretError: the keys are not there.
        UnsignedEventError: none did.
    """
    box.require()
    named = parse_id(connection)
    row = None
    if named is not None:
        with TenantDb(engine, named[0]).transaction() as session:
            row = session.get(IngestConnection, named)
    given = (signature or "").strip().encode("ascii", "replace")
    if row is None or row.platform != platform:
        hmac.compare_digest(_signature(_NOBODY, body), given)
        raise UnsignedEventError
    sealed = [row.secret]
    if row.previous is not None and row.previous_until is not None and at < row.previous_until:
        sealed.append(row.previous)
    good = [hmac.compare_digest(_signature(box.open(row.id, s), body), given) for s in sealed]
    if not any(good):
        raise UnsignedEventError
    return Signer(TenantDb(engine, row.tenant_id), row.id, row.paused_at is not None)


def _signature(secret: bytes, body: bytes) -> bytes:
    return base64.b64encode(hmac.digest(secret, body, "sha256"))
