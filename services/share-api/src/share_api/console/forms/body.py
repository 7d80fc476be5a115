"""Form bodies: ``application/x-www-form-urlencoded``, bounded and in UTF-8."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Final, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from common.http.problem import Problem
from common.http.wording import Wording
from share_api.http.json_body import InvalidBodyError, field_errors

_MOST_FIELDS: Final = 200
_NOT_SAID: Final[Mapping[str, str]] = MappingProxyType({})
_SOME_FIELD: Final = Wording("Something in the form is not valid. Check what you entered.")

M = TypeVar("M", bound=BaseModel)


class InvalidFormError(Problem):
    """The body is no form of ours."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-form"
    title = "Invalid form"

    def __init__(self) -> None:
        super().__init__("The form could not be read. Go back and send it again.")


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, in their order."""

    fields: tuple[tuple[str, str], ...]

    def one(self, name: str) -> str:
        """The value of a field; empty where the form has none."""
        return next((value for each, value in self.fields if each == name), "")

    def given(self, name: str, otherwise: str = "") -> str:
        """The value of a field that was sent, even an empty one; ``otherwise`` where it was not."""
        return next((value for each, value in self.fields if each == name), otherwise)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        return tuple(value for each, value in self.fields if each == name)


NOTHING_SENT: Final = Form(())


def parse_form(body: bytes) -> Form:
    """The form that a body is.

    Raises:
        InvalidFormError: it is none.
    """
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:  # of other characters, not UTF-8 inside, or too many fields
        raise InvalidFormError from None
    return Form(tuple(fields))


def as_model(model: type[M], **fields: object) -> M:
    """The body of the API's that these fields make.

    Raises:
        InvalidBodyError: with what is wrong with each.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise InvalidBodyError(*field_errors(error)) from None


def detail_of(problem: Problem, fields: Mapping[str, str] = _NOT_SAID) -> str:
    """What is wrong, for a person: ``fields`` says what a field has to be, by its pointer.

    What the API says of fields is for programs.
    """
    if not problem.errors:
        return problem.detail
    wrong = problem.errors[0].get("pointer", "")
    return next((said for at, said in fields.items() if wrong.startswith(at)), _SOME_FIELD)
