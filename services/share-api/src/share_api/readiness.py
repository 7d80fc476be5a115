"""Readiness: the schema in PostgreSQL serves this code, and Redis has answered once.

A Redis that goes away later makes no process unready: all would be at once, and revoking, which
stands in the ledger, could not be asked for. What is amiss is told all the same.
"""

import logging
from functools import partial
from http import HTTPStatus
from typing import Final

from redis import RedisError
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from common.db import origin, revisions
from common.db.engine import UnsafeDatabaseRoleError
from common.db.shards import HOME, SERVER_AWAY, further_servers
from common.http.problem import UNAVAILABLE_RETRY_SECONDS, Problem
from common.infra import nodes
from common.infra.refusals import refusal_of, told_of
from share_api.container import Container

_log = logging.getLogger(__name__)

_READ_ONLY: Final = text("SELECT current_setting('transaction_read_only')::boolean")
FURTHER_SECONDS: Final = 1
"""How long further servers are waited for."""
RESTORED_COPY: Final = (
    "PostgreSQL is a restored copy, in which no link is believed until `analytics revocations"
    " import` has run"
)


class NotReadyError(Problem):
    """What the service needs is not there."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "not-ready"
    title = "Not ready"
    retry_after = UNAVAILABLE_RETRY_SECONDS

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def require_ready(container: Container) -> list[str]:
    """Check what serving takes; what is amiss beside that.

    Raises:
        NotReadyError: with everything that is missing.
    """
    database, redis = _database_fault(container), _redis_fault(container)
    faults = [fault for fault in (database, redis) if fault]
    if database is not None or not container.redis_reached.is_set():
        raise NotReadyError(faults)
    return faults


def _database_fault(container: Container) -> str | None:
    """What is missing of the home; a further server costs its own tenants, and is told of.

    Nobody waits long for those: whoever asks for readiness asks within seconds.
    """
    asks = {
        name: partial(_server_fault, each)
        for name, each in further_servers(container.engine).items()
    }
    answers = container.readiness.ask(
        asks, away=SERVER_AWAY, enough=lambda _: False, within=FURTHER_SECONDS
    )
    faults = answers.given | dict.fromkeys(answers.away, "PostgreSQL does not answer in time")
    for name, fault in faults.items():
        if fault:
            _log.warning("a server of tenants is not ready", extra={"server": name, "fault": fault})
    faults[HOME] = _server_fault(container.engine)
    container.databases_ready.update({name: fault is None for name, fault in faults.items()})
    return faults[HOME]


def _server_fault(engine: Engine) -> str | None:
    try:
        with engine.connect() as connection:
            schema = revisions.read(connection)
            if connection.scalar(_READ_ONLY):
                connection.invalidate()  # its session would keep what it began with
                return "PostgreSQL takes no writes: it is read-only, or a standby"
            fault = _schema_fault(schema, revisions.head())
            if fault is None and origin.is_restored_copy(connection):
                return RESTORED_COPY
    except UnsafeDatabaseRoleError:
        return "PostgreSQL: the role could read across tenants"
    except SQLAlchemyError:
        return "PostgreSQL does not answer"
    return fault


def _schema_fault(schema: revisions.Schema, code: str) -> str | None:
    if schema.supports(code):
        return None
    if schema.is_newer(code):
        return (
            f"PostgreSQL is at schema {schema.revision}, which serves versions from"
            f" {schema.serves or schema.revision} on; this one is {code}"
        )
    return f"PostgreSQL is at schema {schema.revision}, this version needs {code}"


def _redis_fault(container: Container) -> str | None:
    try:
        nodes.check(container.redis)
        container.redis_reached.set()
        nodes.check_writes(container.redis)
    except (RedisError, OSError) as error:
        if refusal_of(error) is not None:
            container.redis_reached.set()
        return told_of(error).removesuffix(".")
    return None
