"""Passkeys: what admins log in with beside a password (WebAuthn), each of one person.

Like the people they belong to, they are above tenants. A row is visible to the admin it names.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Instant, Model, RandomId, Words

MAX_PASSKEY_NAME_LENGTH: Final = 100
MAX_CREDENTIAL_ID_BYTES: Final = 1023
"""By WebAuthn."""


class Passkey(Model):
    """A public key, and the id by which authenticators name it; ``public_key`` is a COSE key.

    ``sign_count`` is the authenticator's counter when it was last used; 0 where it has none.
    ``transports`` say how a browser reaches it.
    """

    __tablename__ = "passkeys"
    __table_args__ = (
        CheckConstraint(
            f"octet_length(credential_id) BETWEEN 1 AND {MAX_CREDENTIAL_ID_BYTES}",
            name="credential_id",
        ),
        CheckConstraint(f"char_length(name) BETWEEN 1 AND {MAX_PASSKEY_NAME_LENGTH}", name="name"),
        CheckConstraint("sign_count >= 0", name="sign_count"),
        Index("ux_passkeys_credential_id", "credential_id", unique=True),
    )

    admin_id: Mapped[int] = mapped_column(
        Integer,
        ForeignKey("admins.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    id: Mapped[RandomId] = mapped_column(Uuid, primary_key=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(ARRAY(Text))
    name: Mapped[Words]
    created_at: Mapped[Instant]
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
