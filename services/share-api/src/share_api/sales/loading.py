"""Loading of a batch while its client waits: all or nothing, by the loader of files."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from common import instants
from common.db.audit import Action, Author, record
from common.db.tenancy import TenantDb
from common.jobs.publisher import JobPublisher
from ingest import data_version
from ingest.ledger.errors import IngestError
from ingest.ledger.load import load_sales
from ingest.ledger.load_summary import LoadSummary
from ingest.ledger.time_limits import WHILE_A_CLIENT_WAITS, told_as_problems
from ingest.load_notes import load_notes
from ingest.summary import summary_json
from share_api.idempotency import AnsweredError, KeyedRequest
from share_api.sales.batch import SalesBatch
from share_api.sales.findings import refusal


@dataclass(frozen=True, slots=True)
class Loaded:
    """The summary of a load as JSON, and whether it was done before, under the same key."""

    summary: dict[str, Any]
    replayed: bool = False


def load_batch(
    db: TenantDb,
    batch: SalesBatch,
    *,
    author: Author,
    jobs: JobPublisher,
    keyed: KeyedRequest | None = None,
    check: bool = False,
) -> Loaded:
    """Load a batch into the tenant's ledger, and tell of the new data.

    Blocking. ``keyed`` is the request, where it came under a key. With ``check`` all is done and
    taken back, no key is looked at, and nothing changes.

    Raises:
        InvalidBatchError: elements that cannot be taken, by their places in the body.
        KeyInFlightError, KeyReusedError: the key is in use.
        LedgerBusyError, LedgerUnavailableError: try again.
    """
    keyed = None if check else keyed
    before = None if keyed is None else keyed.answer()
    if before is not None:
        return Loaded(before, replayed=True)
    batch.check()
    attempt = _Attempt(db, batch, author, keyed, check)
    try:
        with told_as_problems():
            summary = attempt.run()
    except IngestError as error:
        raise refusal(batch, error) from error
    except AnsweredError as error:
        return Loaded(error.answer, replayed=True)
    except _TakenBackError as error:
        return Loaded(error.summary)
    data_version.loaded(db.engine, jobs, db.tenant_id)
    return Loaded(summary)


class _TakenBackError(Exception):
    """Ends the transaction of a check."""

    def __init__(self, summary: dict[str, Any]) -> None:
        super().__init__()
        self.summary = summary


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One transaction: the load, its entry in the audit log, and the key's answer."""

    db: TenantDb
    batch: SalesBatch
    author: Author
    keyed: KeyedRequest | None
    check: bool

    def run(self) -> dict[str, Any]:
        summary = load_sales(
            self.db.engine,
            self.db.tenant_id,
            **self.batch.columns(),
            read_by=self.batch.basis,
            begin=None if self.keyed is None else self.keyed.begin,
            conclude=self._conclude,
            limits=WHILE_A_CLIENT_WAITS,
        )
        return self._told(summary)

    def _told(self, summary: LoadSummary) -> dict[str, Any]:
        notes = (*self.batch.notes.lines(), *load_notes(summary))
        told = summary_json(summary, currency=self.batch.basis.currency, notes=notes)
        return {"checked": self.check, **told}

    def _conclude(self, connection: Connection, summary: LoadSummary) -> None:
        if self.check:
            raise _TakenBackError(self._told(replace(summary, version=None)))
        record(
            connection,
            self.db.tenant_id,
            Action.SALES_RECEIVED,
            self.author,
            at=instants.now(),
            **{self.batch.kind.value: self.batch.count},
            closedDayOrders=summary.closed_days.orders or None,
            closedDays=summary.closed_days.sentence() or None,
        )
        if self.keyed is not None:
            self.keyed.conclude(connection, self._told(summary))
