"""Where the console is, for commands that print links into it."""

import os
from collections.abc import Mapping

from analytics.admin.target import Connection
from devstack.supervisor.errors import SupervisorError


class NoConsoleError(SupervisorError):
    """Nothing says where the console is."""

    def __init__(self) -> None:
        super().__init__("where is the console? Set PUBLIC_BASE_URL, or name a --state-dir")


def console_address(where: Connection, environment: Mapping[str, str] | None = None) -> str:
    """The console's address, without a slash at its end: of a running `up`, else the public one.

    Raises:
        NoConsoleError: neither is known.
    """
    known = os.environ if environment is None else environment
    base = where.settings.get("SHARE_API_URL") or known.get("PUBLIC_BASE_URL", "").strip()
    if not base:
        raise NoConsoleError
    return f"{base.rstrip('/')}/admin"
