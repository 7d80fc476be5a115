"""Asks one server whether it holds a tenant, within seconds."""

from typing import Final

from sqlalchemy import Engine, text

from common.db.engine import TIME_LIMIT
from common.db.read_timeout import TimeoutConnection

ASK_SECONDS: Final = 5
_HOLDS: Final = text("SELECT holds_tenant(:tenant_id)")


def holds(engine: Engine, tenant_id: int) -> bool | None:
    """Whether the server holds the tenant: False is of one that is arriving, None of no such.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: it did not answer within ``ASK_SECONDS``, or has no schema.
    """
    with engine.execution_options(**{TIME_LIMIT: ASK_SECONDS * 1000}).connect() as connection:
        driver = connection.connection.driver_connection
        if isinstance(driver, TimeoutConnection):
            driver.statement_timeout_seconds = ASK_SECONDS
        held: bool | None = connection.scalar(_HOLDS, {"tenant_id": tenant_id})
        return held
