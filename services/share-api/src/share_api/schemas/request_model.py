"""Base model of request bodies: no unknown field, no coercion, no null for absent."""

from typing import Any

from pydantic import ConfigDict

from share_api.schemas.api_model import ApiModel


class RequestModel(ApiModel):
    """A body of a request: strict, and of the fields that are listed."""

    model_config = ConfigDict(
        extra="forbid", strict=True, validate_by_name=False, hide_input_in_errors=True
    )


def not_null(value: object) -> object:
    """Refuse a null: what has a default is left out for it."""
    if value is None:
        raise ValueError("Leave it out for the default; null is no value")
    return value


def without_default(schema: dict[str, Any]) -> None:
    """Keep a default that is no value out of the JSON schema."""
    schema.pop("default", None)
