"""Instants: UTC, ISO 8601 with milliseconds and ``Z``, their only spelling outside."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current instant, in UTC."""
    return datetime.now(UTC)


def iso(instant: datetime) -> str:
    """``instant`` as ``2026-05-02T00:00:00.000Z``.

    Raises:
        ValueError: the instant has no offset.
    """
    if instant.tzinfo is None:
        msg = f"{instant!r} has no offset"
        raise ValueError(msg)
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
