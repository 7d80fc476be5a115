"""The worker's settings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from common.jobs.celery_config import HEARTBEAT_QUEUE, QUEUE, QUEUES
from common.links.popularity import KEPT_PER_TENANT
from common.reports.model import COUNT_DAYS
from common.setting_types import starting_with
from common.settings import (
    DatabaseSettings,
    DiscordApiSettings,
    RedisSettings,
    TracingSettings,
)

DAY_SECONDS = 24 * 60 * 60

IMPORTS_AT_ONCE: Final = 2
"""How many imports run at once by default."""


@dataclass(frozen=True, slots=True)
class Kept:
    """For how many days what is over is kept, by kind."""

    audit: int
    views: int
    shares: int
    imports: int
    access: int


class WorkerSettings(RedisSettings, DatabaseSettings, DiscordApiSettings, TracingSettings):
    """What the worker and the scheduler read from the environment."""

    concurrency: int = Field(
        default=IMPORTS_AT_ONCE + 1,
        ge=1,
        le=64,
        validation_alias="WORKER_CONCURRENCY",
        description="Processes that compute at the same time on this host.",
    )
    replica_url: Annotated[SecretStr, starting_with("postgresql", "postgres://")] | None = Field(
        default=None,
        validation_alias="DATABASE_REPLICA_URL",
        description="A standby of PostgreSQL that reports are computed from where it has replayed"
        " the shop's newest data, as the role of `DATABASE_URL`.",
    )

    @field_validator("replica_url")
    @classmethod
    def _replica_is_of_one_server(
        cls, value: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if value is not None and info.data.get("shard_urls") is not None:
            raise ValueError("cannot be used with DATABASE_SHARD_URLS: it is one server's standby")
        return value

    queues: str = Field(
        default=",".join(QUEUES),
        validation_alias="WORKER_QUEUES",
        description="What this worker takes on, comma separated: `links`, `reports`, `discord`,"
        " `imports`, `warm`. An import keeps one of its processes busy.",
    )
    imports: int = Field(
        default=IMPORTS_AT_ONCE,
        ge=1,
        le=64,
        validation_alias="WORKER_IMPORTS",
        description="How many imports run at once in all workers together, one of a shop at most.",
    )
    import_seconds: int = Field(
        default=7140,
        ge=60,
        le=DAY_SECONDS,
        validation_alias="WORKER_IMPORT_SECONDS",
        description="How long an import may take; one that takes longer has failed.",
    )
    webhook_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        validation_alias="WORKER_WEBHOOK_DAYS",
        description="For how many days events of platforms that are done or dead are kept: so long"
        " one that comes again is known, and a dead letter can be replayed.",
    )
    audit_days: int = Field(
        default=730,
        ge=90,
        le=36500,
        validation_alias="WORKER_AUDIT_DAYS",
        description="For how many days entries of the audit log are kept.",
    )
    share_days: int = Field(
        default=730,
        ge=1,
        le=36500,
        validation_alias="WORKER_SHARE_DAYS",
        description="For how many days after its end a link stays in the ledger, with its views.",
    )
    view_days: int = Field(
        default=7,
        ge=1,
        le=3650,
        validation_alias="WORKER_VIEW_DAYS",
        description="For how many days it is known which views were counted: so long one that a"
        " restored Redis brings again is counted once.",
    )
    import_days: int = Field(
        default=730,
        ge=1,
        le=36500,
        validation_alias="WORKER_IMPORT_DAYS",
        description="For how many days after its end an import and its outcome are listed.",
    )
    access_days: int = Field(
        default=365,
        ge=1,
        le=36500,
        validation_alias="WORKER_ACCESS_DAYS",
        description="For how many days after their end API keys and invitations stay in the lists.",
    )
    warm_reports: int = Field(
        default=10,
        ge=0,
        le=KEPT_PER_TENANT,
        validation_alias="WORKER_WARM_REPORTS",
        description="How many of a shop's most viewed reports are kept ready.",
    )
    warm_per_minute: int = Field(
        default=300,
        ge=0,
        validation_alias="WORKER_WARM_PER_MINUTE",
        description="How many reports of all shops are computed ahead of demand in a minute.",
    )
    cache_seconds: int = Field(
        default=DAY_SECONDS,
        ge=60,
        validation_alias="ANALYTICS_REPORT_CACHE_SECONDS",
        description="How long a finished report stays in Redis when nobody refreshes it.",
    )
    stock_count_days: int = Field(
        default=COUNT_DAYS,
        ge=0,
        le=3650,
        validation_alias="ANALYTICS_STOCK_COUNT_DAYS",
        description="For how many days a stock count is recent; an older one gives no cover.",
    )
    ready_file: Path | None = Field(
        default=None,
        validation_alias="WORKER_READY_FILE",
        description="Touched while the worker takes jobs, or beat lives; absent before.",
    )
    metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        validation_alias="WORKER_METRICS_PORT",
        description="Where the worker tells its metrics; nowhere by default.",
    )
    log_level: str = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        validation_alias="LOG_LEVEL",
        description="DEBUG, INFO, WARNING or ERROR.",
    )

    @property
    def kept(self) -> Kept:
        """For how long what is over is kept."""
        return Kept(
            audit=self.audit_days,
            views=self.view_days,
            shares=self.share_days,
            imports=self.import_days,
            access=self.access_days,
        )

    @property
    def consumed(self) -> str:
        """The queues as the broker knows them; who computes reports says so by the heartbeat."""
        computes = QUEUE in self.queues.split(",")
        return f"{HEARTBEAT_QUEUE},{self.queues}" if computes else self.queues

    @field_validator("queues")
    @classmethod
    def _in_order(cls, value: str) -> str:
        """Only queues there are, the one that goes first in front."""
        names = {part.strip() for part in value.split(",")}
        if names - set(QUEUES):
            raise ValueError(f"must be some of {', '.join(QUEUES)}")
        return ",".join(queue for queue in QUEUES if queue in names)
