"""Accounts of several servers are told apart: none is taken over, nor taken for another of its id."""

import hmac
from hashlib import sha256

import pytest
from tests.support.sharded import Sharded

from accounts.memberships import find_account
from accounts.passwords import derived_key
from accounts.provisioning import set_password
from accounts.reset_links import ResetOverError, find_reset, reset_link
from common.db.audit import COMMAND_LINE
from common.db.shards import HOME
from common.instants import now

EMAIL, PASSWORD = "ada@example.com", "correct horse battery"


def test_an_account_without_a_password_gives_nobody_a_key(sharded: Sharded) -> None:
    """Its place in the table has what everybody knows: whoever signs by that is not believed."""
    sharded.run(HOME, "INSERT INTO admins (id, email, password_hash) VALUES (7, %s, '!')", EMAIL)
    assert find_account(sharded.engine, 7) is None
    over = int(now().timestamp()) + 3600
    mac = hmac.new(derived_key("!", "reset"), f"7.0.{over}.0".encode(), sha256).hexdigest()
    with pytest.raises(ResetOverError):
        find_reset(sharded.engine, f"rst_7_0_{over}_{mac}", now=now())
    with pytest.raises(ResetOverError):
        reset_link(sharded.engine, 7, tenant_id=None, author=COMMAND_LINE, at=now())
    set_password(sharded.engine, email=EMAIL, password=PASSWORD)
    assert find_account(sharded.engine, 7) is not None
