"""Slash command ``/report``: as Discord is told of it, and as it comes back.

Its subcommands are the reports whose definition names one, and ``connect``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.reports import registry
from common.reports.window import Period
from share_api.discord.interactions import SUBCOMMAND, TEXT, Command, Option

NAME: Final = "report"
CONNECT: Final = "connect"
_MANAGE_SERVER: Final = 1 << 5
_CHAT_INPUT: Final = 1
_IN_GUILDS: Final = 0
_MOST_DESCRIBED: Final = 100
_LONGEST_CODE: Final = 40


@dataclass(frozen=True, slots=True)
class ShowReport:
    """A report is to be shown."""

    report: str
    period: Period


@dataclass(frozen=True, slots=True)
class Connect:
    """The guild is to be connected to the shop that a one-time code is of."""

    code: str


def subcommands() -> Mapping[str, str]:
    """The subcommands that show a report, with its slug."""
    return {each.discord: each.slug for each in registry.implemented() if each.discord}


def commands() -> list[dict[str, Any]]:
    """All commands, as Discord's bulk overwrite takes them."""
    return [
        {
            "name": NAME,
            "type": _CHAT_INPUT,
            "description": "A sales report of the shop that this server is connected to.",
            "default_member_permissions": str(_MANAGE_SERVER),
            "contexts": [_IN_GUILDS],
            "integration_types": [_IN_GUILDS],
            "options": [*map(_report, subcommands().items()), _connect()],
        }
    ]


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


def _report(subcommand: tuple[str, str]) -> dict[str, Any]:
    name, slug = subcommand
    return {
        "name": name,
        "type": SUBCOMMAND,
        "description": registry.find(slug).description[:_MOST_DESCRIBED],
        "options": [
            {
                "name": "period",
                "type": TEXT,
                "description": "The last complete days of the shop; 30 by default.",
                "required": False,
                "choices": [{"name": f"{each.days} days", "value": each.value} for each in Period],
            }
        ],
    }


def _connect() -> dict[str, Any]:
    return {
        "name": CONNECT,
        "type": SUBCOMMAND,
        "description": "Connect this server to a shop, by a code that the shop's admin has got.",
        "options": [
            {
                "name": "code",
                "type": TEXT,
                "description": "The one-time code.",
                "required": True,
                "max_length": _LONGEST_CODE,
            }
        ],
    }
