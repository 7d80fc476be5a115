"""The Discord command ``/report``, as it comes back; ``sharing.discord_command`` defines it."""

from dataclasses import dataclass

from common.reports.window import Period
from share_api.discord.interactions import Command, Option
from sharing.discord_command import CONNECT, NAME, SUBCOMMAND, subcommands


@dataclass(frozen=True, slots=True)
class ShowReport:
    """A report is to be shown."""

    report: str
    period: Period


@dataclass(frozen=True, slots=True)
class Connect:
    """The guild is to be connected to the shop that a one-time code is of."""

    code: str


def parse_command(command: Command | None) -> ShowReport | Connect | None:
    """What a command asks for; None for one that is none of ours."""
    if command is None or command.name != NAME or len(command.options) != 1:
        return None
    (chosen,) = command.options
    if chosen.type != SUBCOMMAND:
        return None
    if chosen.name == CONNECT:
        code = _text(chosen, "code")
        return None if code is None else Connect(code)
    report = subcommands().get(chosen.name)
    try:
        period = Period(_text(chosen, "period") or Period.MONTH)
    except ValueError:
        return None
    return None if report is None else ShowReport(report, period)


def _text(chosen: Option, name: str) -> str | None:
    values = [each.value for each in chosen.options if each.name == name]
    return values[0] if values and isinstance(values[0], str) else None
