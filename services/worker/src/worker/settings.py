"""The worker's settings."""

from pathlib import Path

from pydantic import Field

from common.settings import DatabaseSettings, RedisSettings

DAY_SECONDS = 24 * 60 * 60


class WorkerSettings(RedisSettings, DatabaseSettings):
    """What the worker and the scheduler read from the environment."""

    concurrency: int = Field(
        default=2,
        ge=1,
        le=64,
        validation_alias="WORKER_CONCURRENCY",
        description="Processes that compute at the same time on this host.",
    )
    cache_seconds: int = Field(
        default=DAY_SECONDS,
        ge=60,
        validation_alias="ANALYTICS_REPORT_CACHE_SECONDS",
        description="How long a finished report stays in Redis when nobody refreshes it.",
    )
    ready_file: Path | None = Field(
        default=None,
        validation_alias="WORKER_READY_FILE",
        description="Touched once the worker takes jobs; absent before.",
    )
    log_level: str = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        validation_alias="LOG_LEVEL",
        description="DEBUG, INFO, WARNING or ERROR.",
    )
