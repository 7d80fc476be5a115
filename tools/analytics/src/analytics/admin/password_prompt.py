"""How a command is given a password: typed, or by a pipe. Never as an argument: others see it."""

from typing import BinaryIO

import click

from analytics.cli import CommandError


def prompted() -> str:
    """A password, typed twice and not shown."""
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def first_line(stream: BinaryIO) -> str:
    """A password from the first line of a stream.

    Raises:
        CommandError: it is no text.
    """
    try:
        return stream.readline().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise CommandError("the password is not UTF-8") from None
