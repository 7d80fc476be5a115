"""Receiving of an event: the signature first, then one row in the inbox, and the answer.

What is said has to be in the database before it is answered well; a message to the workers is sent
behind that, and where it is lost the clock asks. Without PostgreSQL it is 503, and the platform
sends the event again.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus

from sqlalchemy import Engine

from common.infra.rate_limit import tenant_bucket
from common.jobs.publisher import JobPublisher, JobsUnavailableError
from ingest.webhooks.inbox import Event, enter
from ingest.webhooks.platform import Platform
from ingest.webhooks.sealing import SecretBox
from ingest.webhooks.signatures import verified
from share_api.webhooks.limits import EventRateLimit

_log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of a request that was answered well."""

    ACCEPTED = "accepted"
    HELD = "held"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    PONG = "pong"

    @property
    def status(self) -> HTTPStatus:
        """Its status; a ping wants 200 and no other."""
        entered = self in {Outcome.ACCEPTED, Outcome.HELD}
        return HTTPStatus.ACCEPTED if entered else HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class Receiver:
    """What events are received with; ``most_waiting`` is the bound on those of a tenant."""

    engine: Engine
    box: SecretBox
    limit: EventRateLimit
    jobs: JobPublisher
    most_waiting: int

    def receive(
        self,
        connection: str,
        platform: Platform,
        headers: Mapping[str, str],
        body: bytes,
        *,
        now: datetime,
    ) -> Outcome:
        """Take an event of the connection of that public id. Blocking.

        Raises:
            UnsignedEventError: no such connection, or not signed by it.
            TooManyEventsError, InboxFullError: send it again later.
            ConnectionsNotConfiguredError, UnopenedSecretError: the keys are not there.
            sqlalchemy.exc.DBAPIError: PostgreSQL did not take it.
        """
        said = platform.headers
        signature = headers.get(said.signature)
        if signature is None and platform.is_ping(body):
            return Outcome.PONG
        signer = verified(
            self.engine,
            self.box,
            connection=connection,
            platform=platform.name,
            signature=signature,
            body=body,
            at=now,
        )
        topic = headers.get(said.topic, "").strip().lower()
        if topic not in platform.topics:
            return Outcome.IGNORED
        tenant_id = signer.db.tenant_id
        self.limit.check(f"{tenant_bucket(tenant_id)}{signer.connection_id.hex}")
        ids = (headers.get(name, "") for name in said.event_ids)
        event = Event(signer.connection_id, topic, next(filter(None, ids), ""), body)
        if not enter(signer.db, event, most_waiting=self.most_waiting, at=now):
            return Outcome.DUPLICATE
        if signer.paused:
            return Outcome.HELD
        try:
            self.jobs.request_webhooks(tenant_id)
        except JobsUnavailableError as error:
            _log.warning("an event was not told to the workers, it will be: %s", error)
        return Outcome.ACCEPTED
