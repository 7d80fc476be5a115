"""The Discord command ``/report``: its name, subcommands and options, as Discord is told of it.

Its subcommands are the reports whose definition names one, and ``connect``. How it comes back is
read in ``share_api.discord``.
"""

from collections.abc import Mapping
from typing import Any, Final

from common.reports import registry
from common.reports.window import Period

NAME: Final = "report"
CONNECT: Final = "connect"
SUBCOMMAND: Final = 1
"""The type of an option that is a subcommand, in Discord's API."""
TEXT: Final = 3
"""The type of an option that is text, in Discord's API."""
_MANAGE_SERVER: Final = 1 << 5
_CHAT_INPUT: Final = 1
_IN_GUILDS: Final = 0
_MOST_DESCRIBED: Final = 100
_LONGEST_CODE: Final = 40


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
