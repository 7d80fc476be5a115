"""Sealing of connections' secrets: encrypted by a key that is not in the database (Fernet).

A secret is needed in full for every event (HMAC), so it cannot be kept as a hash. A sealed one is
bound to its connection: moved to another row it does not open.
"""

import base64
from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from common.http.problem import Problem


class ConnectionsNotConfiguredError(Problem):
    """There is no key to seal secrets with."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "connections-not-configured"
    title = "Connections not configured"

    def __init__(self) -> None:
        super().__init__("ANALYTICS_CONNECTION_SECRET is not configured.")


class UnopenedSecretError(Problem):
    """A secret that none of the keys opens: the key it was sealed with is not there."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "connection-secret-sealed"
    title = "The secret of the connection cannot be read"

    def __init__(self) -> None:
        super().__init__("The connection's secret was sealed with a key that is not configured.")


class SecretBox:
    """Seals and opens; ``keys`` are 64 hex digits each, the first one seals."""

    def __init__(self, keys: Sequence[str]) -> None:
        fernets = [Fernet(base64.urlsafe_b64encode(bytes.fromhex(key))) for key in keys]
        self._fernet = MultiFernet(fernets) if fernets else None

    def require(self) -> MultiFernet:
        """The keys.

        Raises:
            ConnectionsNotConfiguredError: there are none.
        """
        if self._fernet is None:
            raise ConnectionsNotConfiguredError
        return self._fernet

    def seal(self, connection_id: UUID, secret: str) -> bytes:
        """A connection's secret, for the database.

        Raises:
            ConnectionsNotConfiguredError: there is no key.
        """
        return self.require().encrypt(connection_id.bytes + secret.encode())

    def open(self, connection_id: UUID, sealed: bytes) -> bytes:
        """A connection's secret, to sign with.

        Raises:
            ConnectionsNotConfiguredError: there is no key.
            UnopenedSecretError: it was not sealed for this connection by one of them.
        """
        try:
            content = self.require().decrypt(sealed)
        except InvalidToken:
            raise UnopenedSecretError from None
        if content[:16] != connection_id.bytes:
            raise UnopenedSecretError
        return content[16:]
