"""What the viewer is told by its environment. It has no database, so it is told of none."""

from pydantic import Field

from common.settings import Origin, RedisSettings, SigningSettings


class ViewerSettings(RedisSettings, SigningSettings):
    """The viewer's settings. Times are seconds."""

    host: str = Field(
        default="127.0.0.1",
        validation_alias="REPORT_VIEWER_HOST",
        description="The address the viewer listens on.",
    )
    port: int = Field(
        default=8001,
        ge=0,
        le=65535,
        validation_alias="REPORT_VIEWER_PORT",
        description="The port the viewer listens on.",
    )
    public_base_url: Origin = Field(
        default="http://127.0.0.1:8001",
        validation_alias="PUBLIC_BASE_URL",
        description="Where the links point to: scheme and host, as the outside sees them.",
    )
    wait_seconds: float = Field(
        default=5.0,
        ge=0,
        le=60,
        validation_alias="REPORT_VIEWER_WAIT_SECONDS",
        description="How long a request waits for a report nobody computed yet.",
    )
    max_waiting: int = Field(
        default=5000,
        ge=1,
        validation_alias="REPORT_VIEWER_MAX_WAITING",
        description="How many requests may wait at once; one more is told to come back.",
    )

    @property
    def served_over_https(self) -> bool:
        """Whether the outside reaches the viewer by https alone."""
        return self.public_base_url.startswith("https://")
