"""Idempotency keys: a request sent again under its key is answered again, and carried out once.

The answer is written in the transaction that does what it tells. Who is at a request holds a lock
of the database's until that transaction ends, however it ends: a process that is killed leaves no
key that is in flight for ever. Only what was done is kept; what was refused may be sent again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select

from common.db.idempotency import KEPT, IdempotencyKey
from common.db.tenancy import TenantDb
from common.http.problem import Problem

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_SEED: Final = 0x1D3B


class InvalidIdempotencyKeyError(Problem):
    """The header ``Idempotency-Key`` is no key."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-idempotency-key"
    title = "Invalid idempotency key"

    def __init__(self) -> None:
        super().__init__("Idempotency-Key is one to 255 visible ASCII characters, and there once.")


class KeyInFlightError(Problem):
    """The request of that key is not answered yet."""

    status = HTTPStatus.CONFLICT
    type = "idempotency-key-in-flight"
    title = "The request of this key is not finished"

    def __init__(self) -> None:
        super().__init__("The request of this Idempotency-Key is being carried out.")


class KeyReusedError(Problem):
    """The key is that of another request."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    type = "idempotency-key-reused"
    title = "The key is that of another request"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was sent with another body: take a new one.")


class AnsweredError(Exception):
    """Ends a transaction: the request was carried out before, and this is its ``answer``."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__()
        self.answer = answer


def key_of(headers: Sequence[str]) -> str | None:
    """The key that a request's headers of that name give; None where there is none.

    It may stand in double quotes, as the IETF's draft of the header has it.

    Raises:
        InvalidIdempotencyKeyError: no key, or several.
    """
    if not headers:
        return None
    text = headers[0].strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    if len(headers) > 1 or not _KEY.fullmatch(text):
        raise InvalidIdempotencyKeyError
    return text


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request under its key; ``digest`` is that of its address and body (SHA-256)."""

    db: TenantDb
    key: str
    digest: bytes
    now: datetime

    def answer(self) -> dict[str, Any] | None:
        """The answer that was given to it, if it was.

        Raises:
            KeyReusedError: the key is another request's.
        """
        with self.db.transaction() as session:
            return self._answer(session.connection())

    def begin(self, connection: Connection) -> None:
        """Hold the key in the transaction of ``connection``, to its end.

        Raises:
            KeyInFlightError: another transaction holds it.
            KeyReusedError: the key is another request's.
            AnsweredError: it was carried out meanwhile.
        """
        name = f"{self.db.tenant_id} {self.key}"
        hold = func.pg_try_advisory_xact_lock(func.hashtextextended(name, _SEED))
        if not connection.scalar(select(hold)):
            raise KeyInFlightError
        found = self._answer(connection)
        if found is not None:
            raise AnsweredError(found)

    def conclude(self, connection: Connection, answer: dict[str, Any]) -> None:
        """Keep the answer, and let go of those that are too old."""
        of_tenant = IdempotencyKey.tenant_id == self.db.tenant_id
        old = IdempotencyKey.created_at <= self.now - KEPT
        connection.execute(delete(IdempotencyKey).where(of_tenant, old))
        connection.execute(
            insert(IdempotencyKey).values(
                tenant_id=self.db.tenant_id,
                key=self.key,
                digest=self.digest,
                answer=answer,
                created_at=self.now,
            )
        )

    def _answer(self, connection: Connection) -> dict[str, Any] | None:
        query = select(IdempotencyKey.digest, IdempotencyKey.answer).where(
            IdempotencyKey.tenant_id == self.db.tenant_id,
            IdempotencyKey.key == self.key,
            IdempotencyKey.created_at > self.now - KEPT,
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if not compare_digest(row.digest, self.digest):
            raise KeyReusedError
        answer: dict[str, Any] = row.answer
        return answer
