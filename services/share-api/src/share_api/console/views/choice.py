"""A choice of a form."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose, with what it is called."""

    value: str
    words: str
    detail: str = ""
