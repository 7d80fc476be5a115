"""Base model of everything that crosses the wire: frozen, in camelCase."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class ApiModel(BaseModel):
    """A body of a request or a response, or a part of one."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        field_title_generator=lambda name, _: name.replace("_", " ").capitalize(),
        frozen=True,
        validate_by_alias=True,
        validate_by_name=True,
    )
