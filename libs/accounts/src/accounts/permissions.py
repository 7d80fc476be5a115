"""Permissions: the one registry of what may be done, by which roles, and by which API keys.

A route names its permission. A member has those of their role; a key those among its scopes that
whoever made it still has. Members, keys and the settings of the tenant are not in reach of keys:
one that has leaked can make no other, and lock nobody out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from common.db.accounts import Role


class Permission(StrEnum):
    """What may be done for a tenant; the names are those of scopes, and stable."""

    SHARES_READ = "shares:read"
    SHARES_WRITE = "shares:write"
    IMPORTS_READ = "imports:read"
    IMPORTS_WRITE = "imports:write"
    SALES_WRITE = "sales:write"
    AUDIT_READ = "audit:read"
    CONNECTIONS_READ = "connections:read"
    CONNECTIONS_WRITE = "connections:write"
    SHARING_WRITE = "sharing:write"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    SETTINGS_WRITE = "settings:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"


@dataclass(frozen=True, slots=True)
class Grant:
    """Who has a permission, and what it allows, in words."""

    roles: frozenset[Role]
    to_keys: bool
    allows: str


_ALL: Final = frozenset(Role)
_EDITORS: Final = frozenset({Role.OWNER, Role.EDITOR})
_OWNERS: Final = frozenset({Role.OWNER})

REGISTRY: Final[Mapping[Permission, Grant]] = {
    Permission.SHARES_READ: Grant(
        _ALL, True, "list and show links, reports, the shop's settings, and whether it shares"
    ),
    Permission.SHARES_WRITE: Grant(_EDITORS, True, "issue and revoke links"),
    Permission.IMPORTS_READ: Grant(_ALL, True, "list and show imports"),
    Permission.IMPORTS_WRITE: Grant(_EDITORS, True, "import files"),
    Permission.SALES_WRITE: Grant(_EDITORS, True, "send sales by JSON"),
    Permission.AUDIT_READ: Grant(_ALL, True, "read the audit log"),
    Permission.CONNECTIONS_READ: Grant(_ALL, False, "list Discord servers and platforms"),
    Permission.CONNECTIONS_WRITE: Grant(_OWNERS, False, "connect Discord servers and platforms"),
    Permission.SHARING_WRITE: Grant(_OWNERS, False, "turn sharing off and on"),
    Permission.MEMBERS_READ: Grant(_ALL, False, "list the members"),
    Permission.MEMBERS_WRITE: Grant(_OWNERS, False, "change roles and remove members"),
    Permission.SETTINGS_WRITE: Grant(
        _OWNERS, False, "change the shop's name, time zone and longest life of links"
    ),
    Permission.KEYS_READ: Grant(_ALL, False, "list the API keys, without their secrets"),
    Permission.KEYS_WRITE: Grant(_OWNERS, False, "make and revoke API keys"),
}

SCOPES: Final = tuple(each for each, grant in REGISTRY.items() if grant.to_keys)
"""What an API key can be made for."""


def of_role(role: str) -> frozenset[Permission]:
    """The permissions of a role; of a name that is no role, none."""
    return frozenset(each for each, grant in REGISTRY.items() if role in grant.roles)


def of_key(scopes: Iterable[str], maker: str | None) -> frozenset[Permission]:
    """The permissions of a key, made by a member of the role ``maker`` or by the command line.

    A scope that no key can have gives nothing, such as one of another version of this code.
    """
    given = frozenset(SCOPES) & frozenset(scopes)
    named = frozenset(each for each in SCOPES if each in given)
    return named if maker is None else named & of_role(maker)
