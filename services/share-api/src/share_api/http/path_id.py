"""Ids in paths: a UUID in its one spelling (RFC 9562), lower case with hyphens."""

from uuid import UUID


def canonical_uuid(text: str) -> UUID | None:
    """The UUID that is spelled so; None of every other text."""
    try:
        parsed = UUID(text)
    except ValueError:
        return None
    return parsed if str(parsed) == text else None
