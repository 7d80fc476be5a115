"""Texts of messages in Discord that show no report."""

from typing import Final

from common.jobs.discord_promises import plain
from sharing.discord_command import CONNECT, NAME

UNKNOWN: Final = f"I do not know that command. I answer `/{NAME}` with a report of a shop."
IN_SERVERS_ONLY: Final = (
    f"`/{NAME}` works in a server that is connected to a shop, not in direct messages."
)
MANAGERS_ONLY: Final = "Only members who may manage this server can ask for reports."
NOT_CONNECTED: Final = (
    "This server is not connected to a shop yet. An admin of the shop can get a one-time code;"
    f" then use `/{NAME} {CONNECT} code:…` here."
)
CONNECTED_ALREADY: Final = (
    "This server is already connected to a shop. An admin of that shop can disconnect it first."
)
UNAVAILABLE: Final = "Sorry, that does not work at the moment. Please try again in a minute."
NO_LINKS: Final = "Sorry, no links to reports can be made at the moment. Please tell the operator."
SHARING_OFF: Final = "The shop has turned sharing off. One of its admins can turn it on again."


def connected(tenant_name: str) -> str:
    """The guild shows the reports of that shop from now on."""
    return f"Connected to {plain(tenant_name)}. Try `/{NAME} revenue period:30d`."
