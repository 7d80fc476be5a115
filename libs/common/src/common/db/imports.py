"""The tables of imports over HTTP: the files in chunks, and what became of them.

The row of an import is its job: a message only says that it is there. A worker that is killed while
at one leaves it as it was, and the next sweep takes it up again.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Instant, Model, RandomId, TenantId, Words


class ImportState(StrEnum):
    """How far an import is; one being received is not listed yet."""

    RECEIVING = "receiving"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Import(Model):
    """An import. ``total_bytes`` are the files', ``done_bytes`` and ``done_rows`` what was read.

    ``format`` names a format of the registry (``ingest.formats.registry``), which alone says which
    there are. ``checked`` says that it is a check: what it does is taken back.
    ``prices_include_tax`` is as the sender said. ``file_names`` are what the sender calls the
    files, by their kind, where that is known (see ``share_api.imports.file_names``). ``outcome`` is
    the JSON of its result or its errors once it has ended (see ``worker.imports.outcome``).
    """

    __tablename__ = "imports"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "created_by"], ["memberships.tenant_id", "memberships.admin_id"]
        ),
        CheckConstraint(
            "state IN ('receiving', 'queued', 'running', 'succeeded', 'failed')", name="state"
        ),
        Index("ix_imports_tenant_id_created_at", "tenant_id", "created_at", "id"),
    )

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    id: Mapped[RandomId] = mapped_column(Uuid, primary_key=True)
    state: Mapped[Words]
    format: Mapped[Words]
    checked: Mapped[bool] = mapped_column(Boolean, server_default=false())
    prices_include_tax: Mapped[bool] = mapped_column(Boolean, server_default=false())
    created_at: Mapped[Instant]
    created_by: Mapped[int | None] = mapped_column(Integer)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    total_bytes: Mapped[int] = mapped_column(BigInteger, server_default="0")
    done_bytes: Mapped[int] = mapped_column(BigInteger, server_default="0")
    done_rows: Mapped[int] = mapped_column(BigInteger, server_default="0")
    file_names: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class ImportChunk(Model):
    """A piece of a file of an import: a Zstandard frame, numbered from 0."""

    __tablename__ = "import_chunks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "import_id"], ["imports.tenant_id", "imports.id"], ondelete="CASCADE"
        ),
        CheckConstraint("file IN ('orders', 'refunds', 'products', 'stock')", name="file"),
    )

    tenant_id: Mapped[TenantId]
    import_id: Mapped[RandomId] = mapped_column(Uuid, primary_key=True)
    file: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
