"""Who acts for a tenant, and what they may do: an admin by their role, or a program by its key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from accounts.memberships import TenantFacts
from accounts.permissions import REGISTRY, Permission
from common.db.accounts import Role
from common.db.audit import Author
from common.http.problem import Problem
from common.http.wording import Wording
from share_api.auth.bearer import MissingScopeError, PersonOnlyError

_ROLES: Final[Mapping[Role, Wording]] = MappingProxyType(
    {
        Role.OWNER: Wording("owner"),
        Role.EDITOR: Wording("editor"),
        Role.VIEWER: Wording("viewer"),
    }
)


class RoleError(Problem):
    """The member's role does not allow it: ``permission`` is what it lacks."""

    status = HTTPStatus.FORBIDDEN
    type = "role"
    title = "Role not allowed"

    def __init__(self, permission: Permission) -> None:
        roles = (_ROLES[each] for each in sorted(REGISTRY[permission].roles))
        allowed = reduce(
            lambda some, one: Wording("%(some)s or %(one)s", some=some, one=one), roles
        )
        super().__init__(
            Wording(
                "Your role in this shop does not allow it: it takes %(allowed)s.", allowed=allowed
            )
        )
        self.permission = permission


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts for a tenant, what the audit log calls them, and what they may do."""

    author: Author
    tenant: TenantFacts
    permissions: frozenset[Permission] = field(default=frozenset())
    by_key: bool = False

    def may(self, permission: Permission) -> bool:
        """Whether they may do it."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Refuse what they may not do.

        Raises:
            RoleError: the member's role does not allow it.
            PersonOnlyError: no key may do it.
            MissingScopeError: this key may not.
        """
        if self.may(permission):
            return
        if not self.by_key:
            raise RoleError(permission)
        if not REGISTRY[permission].to_keys:
            raise PersonOnlyError
        raise MissingScopeError(permission)
