"""The address where the first shop is made, for the command and for `analytics up`."""

from accounts.first_shop import first_shop_token, has_admin
from accounts.provisioning import accounts_engine
from common.instants import now


def first_shop_address(database_url: str, console: str, secret: str) -> str | None:
    """The address below the console's; None when there is an admin, or no signing secret.

    Raises:
        AccountError: the database cannot be used.
    """
    with accounts_engine(database_url) as engine:
        if not secret or has_admin(engine):
            return None
    return f"{console}/first-shop/{first_shop_token(secret, at=now())}"
