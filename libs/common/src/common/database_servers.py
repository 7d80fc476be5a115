"""Servers of PostgreSQL by their names, as settings list them: ``east=postgresql://…,west=…``."""

import re
from typing import Final

_SERVER: Final = re.compile(r"([a-z][a-z0-9-]{0,30})=(postgres(?:ql)?://\S+)")
_BETWEEN_SERVERS: Final = re.compile(r",\s*(?=[a-z][a-z0-9-]*=postgres)")


def named_servers(value: str) -> dict[str, str]:
    """The URLs of PostgreSQL servers by their names: ``east=postgresql://…,west=…``.

    Raises:
        ValueError: a part is not a name and a URL, or a name is there twice or is the home's.
    """
    found: dict[str, str] = {}
    for part in filter(None, _BETWEEN_SERVERS.split(value.strip())):
        match = _SERVER.fullmatch(part.strip())
        if match is None:
            raise ValueError("must be NAME=postgresql://…, comma separated; names of a-z, 0-9, -")
        if match[1] in found or match[1] == "home":
            raise ValueError("must name each server once, and none of them home")
        found[match[1]] = match[2]
    return found
