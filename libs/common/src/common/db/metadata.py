"""The one MetaData all tables hang on, and the column types they share.

Money columns are integers in the currency's minor unit; instants are ``timestamptz`` and read
back in UTC. Constraint names follow one convention so that migrations can name them.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Integer, MetaData, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column

TenantId = Annotated[int, mapped_column(Integer, primary_key=True, autoincrement=False)]
Money = Annotated[int, mapped_column(BigInteger, server_default="0")]
"""An amount in the minor unit of the tenant's currency (ISO 4217)."""
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Words = Annotated[str, mapped_column(Text)]
RandomId = Annotated[UUID, mapped_column(Uuid)]


class Model(DeclarativeBase):
    """Base of every mapped table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
