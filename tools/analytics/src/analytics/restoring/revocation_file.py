"""The file of revocations: everything that took access away, as JSON lines.

A head says when it was made, a row a fact, and an end counts the rows, so that half a file is not
taken for a whole one. Facts can only take away: importing files in any order, once or twice, ends
in the same. The file holds password hashes; keep it where dumps are kept.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

VERSION: Final = 1


class RevocationFileError(Exception):
    """A file cannot be used: ``line`` counts from 1."""

    def __init__(self, name: str, line: int, reason: str) -> None:
        super().__init__(f"{name}, line {line}: {reason}")
        self.name = name
        self.line = line


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Head(_Row):
    """When the file was made, by the database's clock, and of how many shops.

    A file of an earlier version does not say of how many: ``None``.
    """

    kind: Literal["head"] = "head"
    version: Literal[1] = 1
    at: datetime
    shops: int | None = None


class LinkFact(_Row):
    """A link that was revoked, or whose password was changed.

    ``expires`` (seconds since 1970) is given where the link is to be taken for revoked only if that
    is when it ends.
    """

    kind: Literal["link"] = "link"
    tenant: int
    link: UUID
    revoked_at: datetime | None = None
    expires: int | None = None
    revision: int = 0
    changed_at: datetime | None = None
    password_hash: str | None = None


class TenantFact(_Row):
    """Who acts for a tenant, by admin id and role, which keys live, and since when it is off."""

    kind: Literal["tenant"] = "tenant"
    tenant: int
    slug: str
    members: dict[int, str]
    guilds: list[int]
    keys: list[UUID]
    off_since: datetime | None = None


class KeyFact(_Row):
    """An API key that was revoked."""

    kind: Literal["api-key"] = "api-key"
    tenant: int
    id: UUID
    revoked_at: datetime


class InvitationFact(_Row):
    """An invitation that was used or revoked."""

    kind: Literal["invitation"] = "invitation"
    tenant: int
    id: UUID
    used_at: datetime | None
    revoked_at: datetime | None


class PersonFact(_Row):
    """An admin's password and session generation."""

    kind: Literal["person"] = "person"
    id: int
    email: str
    password_hash: str
    generation: int


class End(_Row):
    """How many rows stand between head and end."""

    kind: Literal["end"] = "end"
    rows: int


Fact = LinkFact | TenantFact | KeyFact | InvitationFact | PersonFact
_LINE: Final = TypeAdapter[Head | Fact | End](
    Annotated[Head | Fact | End, Field(discriminator="kind")]
)


def lines(head: Head, facts: Iterable[Fact]) -> Iterator[str]:
    """The lines of a file, without their ends."""
    yield head.model_dump_json()
    count = 0
    for fact in facts:
        yield fact.model_dump_json(exclude_defaults=False)
        count += 1
    yield End(rows=count).model_dump_json()


def parse(name: str, text: Iterable[str | bytes]) -> tuple[Head, list[Fact]]:
    """The head and the facts of a whole file; ``name`` is what errors call it.

    Raises:
        RevocationFileError: it is no such file, or not whole.
    """
    head: Head | None = None
    facts: list[Fact] = []
    number = 0
    for number, line in enumerate(text, start=1):
        row = _parse(name, number, line)
        if isinstance(row, Head) != (number == 1):
            raise RevocationFileError(name, number, "not where a head stands")
        if isinstance(row, Head):
            head = row
        elif isinstance(row, End):
            if head is None or row.rows != len(facts):
                raise RevocationFileError(name, number, f"{len(facts)} rows, not {row.rows}")
            shops = sum(isinstance(fact, TenantFact) for fact in facts)
            if head.shops not in {None, shops}:
                raise RevocationFileError(name, number, f"{shops} shops, not {head.shops}")
            return head, facts
        else:
            facts.append(row)
    raise RevocationFileError(name, number + 1, "the file ends too early: it is not whole")


def _parse(name: str, number: int, line: str | bytes) -> Head | Fact | End:
    try:
        return _LINE.validate_json(line)
    except ValidationError as error:
        reason = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise RevocationFileError(name, number, reason["msg"]) from None
