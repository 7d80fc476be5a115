"""Discord's interaction schemas, as far as they are used here.

The names and numbers are those of Discord's documentation ("Receiving and Responding"). What is
sent beyond these fields is passed over.
"""

from typing import Annotated, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, model_validator

PING: Final = 1
APPLICATION_COMMAND: Final = 2

PONG: Final = 1
MESSAGE: Final = 4
DEFERRED_MESSAGE: Final = 5

EPHEMERAL: Final = 1 << 6
"""The message is shown to the user who asked, and to no other."""
_MAY_MANAGE: Final = (1 << 5) | (1 << 3)
"""Manage Server, or Administrator, who may do everything."""
_MOST_DIGITS: Final = 40


def _number(value: object) -> object:
    """An id as Discord writes it: decimal digits in a string, which JSON's numbers cannot hold."""
    if not isinstance(value, str) or not value.isascii() or not value.isdecimal():
        raise ValueError("Not an id of Discord's")
    return int(value) if len(value) <= _MOST_DIGITS else -1


Snowflake = Annotated[int, BeforeValidator(_number), Field(gt=0, lt=2**63)]
Bits = Annotated[int, BeforeValidator(_number), Field(ge=0)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class User(_Sent):
    """A person."""

    id: Snowflake


class Member(_Sent):
    """A person in a guild, with what they may do in the channel."""

    user: User
    permissions: Bits = 0

    @property
    def may_manage(self) -> bool:
        """Whether they may manage the guild."""
        return bool(self.permissions & _MAY_MANAGE)


class Option(_Sent):
    """A subcommand with its own options, or an option with its value."""

    name: str
    type: int
    value: str | int | float | bool | None = None
    options: tuple["Option", ...] = ()


class Command(_Sent):
    """What was asked for; things that are no commands have no name."""

    name: str = ""
    options: tuple[Option, ...] = ()


class Interaction(_Sent):
    """Something a user did at Discord. ``token`` is the credential to answer it."""

    id: Snowflake
    application_id: Snowflake
    type: StrictInt
    token: str = Field(min_length=1, max_length=2048, repr=False)
    guild_id: Snowflake | None = None
    member: Member | None = None
    data: Command | None = None
    version: StrictInt | None = None

    @model_validator(mode="after")
    def _ping_or_not(self) -> Self:
        """A ping is of version 1 and of no guild, and asks for nothing."""
        named = (self.guild_id, self.member, self.data)
        if self.type == PING and (self.version != 1 or any(each is not None for each in named)):
            raise ValueError("Not a ping of Discord's")
        return self


class AllowedMentions(BaseModel):
    """Which users are notified by a message: none."""

    parse: tuple[str, ...] = ()


class MessageView(BaseModel):
    """A message."""

    content: str
    flags: int
    allowed_mentions: AllowedMentions


class InteractionAnswer(BaseModel):
    """An answer: 1 to a ping, 4 a message, 5 the promise of one."""

    type: int
    data: MessageView | None = None

    @classmethod
    def pong(cls) -> Self:
        """To a ping."""
        return cls(type=PONG)

    @classmethod
    def promise(cls) -> Self:
        """A message will come."""
        return cls(type=DEFERRED_MESSAGE)

    @classmethod
    def ephemeral(cls, text: str) -> Self:
        """A message for the user who asked alone, which notifies none."""
        message = MessageView(content=text, flags=EPHEMERAL, allowed_mentions=AllowedMentions())
        return cls(type=MESSAGE, data=message)
