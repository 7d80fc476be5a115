"""How long the statements of one transaction may take, where that is longer than usual."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.db.read_timeout import TimeoutConnection

_LIMIT: Final = text("SELECT set_config('statement_timeout', :limit, true)")


def let_statements_take(session: Session, seconds: int) -> None:
    """Let the statements of the session's transaction take so long, at the server and here.

    The next transaction has the limit of its engine again.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    session.execute(_LIMIT, {"limit": f"{seconds}s"})
    driver = session.connection().connection.driver_connection
    if isinstance(driver, TimeoutConnection):
        driver.statement_timeout_seconds = seconds
