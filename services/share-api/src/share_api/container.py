"""Dependency container: the collaborators requests are served with, connected on first use."""

from dataclasses import dataclass, field, replace
from threading import Event

from anyio import CapacityLimiter
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from redis import Redis
from sqlalchemy import Engine

from common.db.parallel import Asker
from common.db.shards import create_sharded_engine
from common.infra.redis import ADMIN, create_redis
from common.jobs.discord_promises import PromiseStore
from common.links.state import LinkStateStore
from ingest.webhooks.sealing import SecretBox
from share_api.auth.credentials import Credentials
from share_api.auth.passkey_challenges import PasskeyChallenges
from share_api.auth.passkeys import Passkeys
from share_api.auth.relying_party import relying_party
from share_api.auth.sessions import SessionStore
from share_api.discord.connect_codes import ConnectCodeStore
from share_api.discord.endpoint import Discord, DiscordNotConfiguredError
from share_api.discord.handler import CommandContext
from share_api.discord.limits import CommandRateLimit
from share_api.discord.signature import ReplayGuard
from share_api.rate_limits import LoginRateLimit
from share_api.settings import ShareApiSettings
from share_api.webhooks.limits import EventRateLimit
from share_api.webhooks.receiving import Receiver
from sharing.container import create_issuing
from sharing.issuing_context import IssuingContext
from sharing.rate_limits import ShareRateLimit

POOL_SIZE = 10
LOADS_AT_ONCE = 4
STATEMENT_TIMEOUT_SECONDS = 10
"""An admin waits, and every statement is one of milliseconds."""


@dataclass(frozen=True, slots=True)
class Container:
    """The service's collaborators. Close them once, at the end."""

    settings: ShareApiSettings
    engine: Engine
    redis: Redis
    states: LinkStateStore
    issuing: IssuingContext
    sessions: SessionStore
    credentials: Credentials
    passkeys: Passkeys
    receiver: Receiver
    discord: Discord | None = None
    loading: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(LOADS_AT_ONCE))
    """Of batches of sales: they wait for each other before they take a connection."""
    databases_ready: dict[str, bool] = field(default_factory=dict)
    """Which PostgreSQL servers were ready when it was last asked, by their names."""
    redis_reached: Event = field(default_factory=Event)
    """Set once Redis has answered this process."""
    readiness: Asker = field(default_factory=Asker)
    """Asks further PostgreSQL servers whether they are ready."""

    def require_discord(self) -> Discord:
        """What interactions of Discord are received with.

        Raises:
            DiscordNotConfiguredError: there is no application of ours.
        """
        if self.discord is None:
            raise DiscordNotConfiguredError
        return self.discord

    def close(self) -> None:
        """Give every connection back."""
        self.redis.close()
        self.readiness.close()
        self.engine.dispose()


def create_discord(
    settings: ShareApiSettings, issuing: IssuingContext, redis: Redis
) -> Discord | None:
    """What interactions are received with; None unless Discord is configured."""
    if settings.discord_public_key is None or settings.discord_application_id is None:
        return None
    return Discord(
        key=Ed25519PublicKey.from_public_bytes(bytes.fromhex(settings.discord_public_key)),
        seen=ReplayGuard(redis),
        answering=CommandContext(
            application_id=settings.discord_application_id,
            issuing=issuing,
            promises=PromiseStore(redis),
            codes=ConnectCodeStore(redis),
            limits=CommandRateLimit(redis),
        ),
    )


def create_container(settings: ShareApiSettings) -> Container:
    """Make the collaborators; nothing connects before the first request."""
    redis_url = settings.redis_url.get_secret_value()
    engine = create_sharded_engine(
        settings.database_url.get_secret_value(),
        settings.shards,
        application_name="share-api",
        pool_size=POOL_SIZE,
        statement_timeout_seconds=STATEMENT_TIMEOUT_SECONDS,
    )
    redis = create_redis(redis_url, ADMIN)
    logins = LoginRateLimit(
        redis, per_account=settings.logins_per_account, per_address=settings.logins_per_address
    )
    issuing = replace(
        create_issuing(settings, engine, redis, settings.broker),
        rate_limit=ShareRateLimit(redis, per_tenant=settings.shares_per_tenant),
    )
    return Container(
        settings=settings,
        engine=engine,
        redis=redis,
        states=LinkStateStore(redis),
        issuing=issuing,
        sessions=SessionStore(
            redis,
            life_seconds=settings.session_life_seconds,
            idle_seconds=settings.session_idle_seconds,
        ),
        credentials=Credentials(engine, logins),
        passkeys=Passkeys(
            engine, PasskeyChallenges(redis), relying_party(settings.public_base_url), logins
        ),
        receiver=Receiver(
            engine,
            SecretBox(settings.connection_keys()),
            EventRateLimit(redis, per_connection=settings.webhooks_per_minute),
            issuing.jobs,
            settings.webhooks_waiting,
        ),
        discord=create_discord(settings, issuing, redis),
    )
