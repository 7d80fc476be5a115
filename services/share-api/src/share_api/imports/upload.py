"""Uploads of imports: received in chunks, bounded, and queued for the workers.

A file is kept as compressed chunks in PostgreSQL, so that a worker on any host can read it, and
gone when its import has ended; of a check see ``share_api.imports.checked``. Receiving holds one
chunk in memory and no transaction open.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID, uuid4

import zstandard
from sqlalchemy import ColumnElement, delete, func, select, update

from common import instants
from common.db.audit import Action, Author, record
from common.db.imports import Import, ImportChunk, ImportState
from common.db.tenancy import TenantDb, TenantSession
from common.http.problem import Problem
from common.http.wording import Wording
from common.jobs.payloads import RunImport
from common.jobs.publisher import JobPublisher, JobsUnavailableError
from ingest.csv.peek import PEEK_BYTES
from ingest.formats import registry
from ingest.formats.detect import format_of
from ingest.sources import FileKind, ImportFile
from share_api.imports.file_names import names_of

CHUNK_BYTES: Final = 1024 * 1024
MOST_UNFINISHED: Final = 5
_UNFINISHED: Final = (ImportState.RECEIVING, ImportState.QUEUED, ImportState.RUNNING)
_COUNTING: Final = 0x696D70 << 40
"""With the tenant's id, the advisory lock under which a tenant's unfinished imports are counted."""
_ABANDONED: Final = timedelta(hours=6)
_log = logging.getLogger(__name__)


class TooManyImportsError(Problem):
    """So many imports of the tenant are not finished that no other is taken yet."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    type = "too-many-imports"
    title = "Too many imports"
    retry_after = 30

    def __init__(self) -> None:
        super().__init__(
            Wording(
                "%(most)s imports are not finished yet. Wait for one to end.", most=MOST_UNFINISHED
            )
        )


class ImportTooLargeError(Problem):
    """The files are larger together than the service takes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    type = "import-too-large"
    title = "Import too large"

    def __init__(self, most: int) -> None:
        super().__init__(
            Wording(
                "The files are larger than %(most)s bytes together: send them in parts.", most=most
            )
        )
        self.most = most


@dataclass(slots=True)
class ImportUpload:
    """Takes the files of one import in, piece by piece; ``most`` bytes of all of them.

    With ``detect`` the format is found by the columns of the orders. Blocking. Call
    ``finish`` at the end, or ``abort``.
    """

    db: TenantDb
    import_id: UUID
    author: Author
    most: int
    checked: bool = False
    detect: bool = False
    total: int = 0
    _head: bytearray = field(default_factory=bytearray)
    _numbers: dict[str, int] = field(default_factory=dict)
    _pending: dict[str, bytearray] = field(default_factory=dict)

    def write(self, file: str, data: bytes) -> None:
        """Take the next piece of a file.

        Raises:
            ImportTooLargeError: it is too much; nothing of it is kept.
        """
        self.total += len(data)
        if self.total > self.most:
            raise ImportTooLargeError(self.most)
        if file == FileKind.ORDERS and len(self._head) <= PEEK_BYTES:
            self._head += data[: PEEK_BYTES + 1]
        pending = self._pending.setdefault(file, bytearray())
        pending += data
        while len(pending) >= CHUNK_BYTES:
            self._store(file, bytes(pending[:CHUNK_BYTES]))
            del pending[:CHUNK_BYTES]

    @property
    def files(self) -> Sequence[str]:
        """The files that were begun."""
        return tuple(self._pending)

    def finish(self, names: Mapping[str, str] | None = None) -> None:
        """All is there, and the sender's ``names`` of the files: the import may be run.

        The audit log tells nothing of a check.
        """
        for file, pending in self._pending.items():
            self._store(file, bytes(pending))
        done: dict[str, Any] = {"state": ImportState.QUEUED, "total_bytes": self.total}
        done["file_names"] = names_of(names or {}) or None
        if self.detect and self._head:
            done["format"] = format_of(ImportFile("orders.csv", [bytes(self._head)]))[0].name
        with self.db.transaction() as session:
            session.execute(update(Import).where(*self._mine()).values(done))
            if self.checked:
                return
            record(
                session,
                self.db.tenant_id,
                Action.IMPORT_STARTED,
                self.author,
                at=instants.now(),
                subject=self.import_id,
                bytes=self.total,
            )

    def abort(self) -> None:
        """Forget what was received."""
        with self.db.transaction() as session:
            session.execute(delete(Import).where(*self._mine()))

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return (Import.tenant_id == self.db.tenant_id, Import.id == self.import_id)

    def _store(self, file: str, content: bytes) -> None:
        number = self._numbers.get(file, 0)
        self._numbers[file] = number + 1
        with self.db.transaction() as session:
            session.add(
                ImportChunk(
                    tenant_id=self.db.tenant_id,
                    import_id=self.import_id,
                    file=file,
                    number=number,
                    content=zstandard.compress(content, 3),
                )
            )


def begin_upload(
    db: TenantDb,
    *,
    layout: str | None,
    author: Author,
    most: int,
    now: datetime,
    checked: bool = False,
    prices_include_tax: bool = False,
) -> ImportUpload:
    """Begin to receive an import of at most ``most`` bytes, or a check that changes nothing.

    Without a ``layout`` the format is found by the columns of the orders. ``prices_include_tax`` is
    for formats that cannot tell; a worker refuses it of others.

    Raises:
        TooManyImportsError: the tenant has too many that are not finished.
    """
    import_id = uuid4()
    with db.transaction() as session:
        session.execute(
            delete(Import).where(
                Import.tenant_id == db.tenant_id,
                Import.state == ImportState.RECEIVING,
                Import.created_at < now - _ABANDONED,
            )
        )
        require_room(session, db.tenant_id)
        session.add(
            Import(
                tenant_id=db.tenant_id,
                id=import_id,
                state=ImportState.RECEIVING,
                format=layout or registry.FALLBACK.name,
                checked=checked,
                prices_include_tax=prices_include_tax,
                created_at=now,
                created_by=author.admin_id,
            )
        )
    return ImportUpload(db, import_id, author, most, checked, detect=layout is None)


def require_room(session: TenantSession, tenant_id: int) -> None:
    """Hold that the tenant may have another import to be done, until the transaction ends.

    Raises:
        TooManyImportsError: it has too many that are not finished.
    """
    # One at a time for a tenant, or many at once would each count the same.
    session.execute(select(func.pg_advisory_xact_lock(_COUNTING + tenant_id)))
    unfinished = session.scalar(
        select(func.count())
        .select_from(Import)
        .where(Import.tenant_id == tenant_id, Import.state.in_(_UNFINISHED))
    )
    if (unfinished or 0) >= MOST_UNFINISHED:
        raise TooManyImportsError


def publish_import(jobs: JobPublisher, tenant_id: int, import_id: UUID) -> None:
    """Ask for the import to be run; without a broker a worker's sweep finds it by itself."""
    try:
        jobs.publish(RunImport(tenant_id, import_id))
    except JobsUnavailableError as error:
        _log.warning(
            "import received, its job not published", extra={"error": type(error).__name__}
        )
