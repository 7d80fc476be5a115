"""Schemas of webhooks: connections to platforms, and what became of an event."""

from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import Field

from ingest.webhooks.connections import GRACE, LONGEST_NAME, MOST_GRACE, Connection
from ingest.webhooks.platforms import PLATFORMS
from share_api.schemas.api_model import ApiModel
from share_api.schemas.request_model import RequestModel
from share_api.schemas.requests import Words
from share_api.schemas.responses import Instant
from share_api.webhooks.receiving import Outcome

_OF_SECRETS: Final = "What the platform signs with, where it says so; drawn where it is left out."

Secret = Annotated[str | None, Field(min_length=16, max_length=255, description=_OF_SECRETS)]


class ConnectionRequest(RequestModel):
    """A connection to be made."""

    platform: str = Field(json_schema_extra={"enum": list(PLATFORMS)})
    name: Words = Field(min_length=1, max_length=LONGEST_NAME, description="What it is called.")
    secret: Secret = None


class RotationRequest(RequestModel):
    """How a connection's secret is replaced."""

    secret: Secret = None
    grace_seconds: int = Field(
        default=int(GRACE.total_seconds()),
        ge=0,
        le=int(MOST_GRACE.total_seconds()),
        description="How long the secret before stays good.",
    )

    @property
    def grace(self) -> timedelta:
        """As a span."""
        return timedelta(seconds=self.grace_seconds)


class IngestConnectionView(ApiModel):
    """A connection to a platform, without its secret."""

    id: str
    platform: str
    name: str
    path: str = Field(description="Where the platform sends its events, below this service.")
    created_at: Instant
    rotated_at: Instant | None
    previous_secret_until: Instant | None
    paused_at: Instant | None

    @classmethod
    def of(cls, found: Connection) -> Self:
        """As clients see it."""
        return cls(
            id=found.id,
            platform=found.platform,
            name=found.name,
            path=found.path,
            created_at=found.created_at,
            rotated_at=found.rotated_at,
            previous_secret_until=found.previous_until,
            paused_at=found.paused_at,
        )


class SecretView(ApiModel):
    """A connection with its new secret, which is told this once."""

    connection: IngestConnectionView
    secret: str


class IngestConnectionsView(ApiModel):
    """All connections of the tenant."""

    items: tuple[IngestConnectionView, ...]


class OutcomeView(ApiModel):
    """What became of an event."""

    status: Outcome
    detail: str


OUTCOMES: Final[dict[Outcome, str]] = {
    Outcome.ACCEPTED: "The event is in the inbox and will be worked off.",
    Outcome.HELD: "The event is in the inbox and waits: the connection is paused.",
    Outcome.DUPLICATE: "The event came before and is not taken again.",
    Outcome.IGNORED: "The topic is none of those that are taken; nothing was done.",
    Outcome.PONG: "This address answers; nothing was done.",
}
