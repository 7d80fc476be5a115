"""What a body is told of its fields: in JSON's words."""

from datetime import date

import pytest
from pydantic import BaseModel, Field, ValidationError

from share_api.http.json_body import field_errors


class _Asked(BaseModel):
    first: date = Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))
    most: int = Field(default=1, le=5)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            {"first": "1999-12-31"},
            [("/first", "Input should be greater than or equal to 2000-01-01")],
        ),
        ({"first": "2100-01-01"}, [("/first", "Input should be less than 2100-01-01")]),
        (
            {"first": "2026-01-01", "most": 6},
            [("/most", "Input should be less than or equal to 5")],
        ),
    ],
)
def test_a_bound_is_told_as_a_body_has_it(content: dict[str, object], told: object) -> None:
    with pytest.raises(ValidationError) as raised:
        _Asked.model_validate(content)
    assert [(each.pointer, each.detail) for each in field_errors(raised.value)] == told
