"""The registry of permissions: what it says of roles and of keys holds for all of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.permissions import REGISTRY, SCOPES, Permission, of_key, of_role
from common.db.accounts import Role

ROLES = st.sampled_from(Role)
SCOPE_SETS = st.sets(st.sampled_from([*Permission, "no:scope", ""]))


def test_every_permission_is_in_the_registry() -> None:
    assert set(REGISTRY) == set(Permission)


@pytest.mark.parametrize("permission", Permission)
def test_a_viewer_reads_and_an_owner_may_all(permission: Permission) -> None:
    assert (Role.VIEWER in REGISTRY[permission].roles) is permission.endswith(":read")
    assert Role.OWNER in REGISTRY[permission].roles


def test_a_role_may_what_the_ones_below_it_may() -> None:
    assert of_role(Role.VIEWER) < of_role(Role.EDITOR) < of_role(Role.OWNER)
    assert of_role("") == of_role("Owner") == frozenset()


def test_what_is_an_owners_alone_is_in_reach_of_no_key() -> None:
    assert frozenset(SCOPES) <= of_role(Role.EDITOR)
    assert not {"keys:write", "members:write", "sharing:write"} & frozenset(SCOPES)


@given(SCOPE_SETS, ROLES)
def test_a_key_may_what_it_was_made_for_and_its_maker_may(scopes: set[str], role: Role) -> None:
    may = of_key(scopes, role)
    assert may == {each for each in SCOPES if each in scopes and each in of_role(role)}
    assert may <= of_key(scopes, None) <= set(scopes)
