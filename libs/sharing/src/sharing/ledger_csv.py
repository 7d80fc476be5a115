"""The share ledger as CSV (RFC 4180, UTF-8 with BOM, CRLF): a row for each link that is wanted.

It is read and written a page at a time. Text is guarded as in the CSV of reports
(``common.csv_text``); instants are ISO 8601 in UTC, and a cell without a value is empty.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from common.csv_text import BOM, END, cell
from common.db.pagination import Paging
from common.db.tenancy import TenantDb
from common.instants import iso
from sharing.boards import reports_of
from sharing.listing import LedgerEntry, ShareFilter, StateContext, list_shares

COLUMNS: Final = (
    *("id", "label", "report", "period", "kind", "window_from", "window_to", "state"),
    *("created_at", "created_by", "expires_at", "revoked_at"),
    *("views", "downloads", "last_viewed_at", "reports"),
)
_PAGE: Final = 500


def ledger_csv(db: TenantDb, wanted: ShareFilter, *, given: StateContext) -> Iterator[bytes]:
    """The CSV of the tenant's links that are wanted, newest first, in pieces."""
    yield f"{BOM}{','.join(COLUMNS)}{END}".encode()
    paging: Paging | None = Paging(_PAGE)
    while paging is not None:
        page = list_shares(db, paging, wanted, given=given)
        yield "".join(_row(each) for each in page.items).encode()
        paging = None if page.next is None else Paging(_PAGE, page.next)


def _row(entry: LedgerEntry) -> str:
    share = entry.share
    cells: tuple[str | int | datetime | None, ...] = (
        *(str(share.id), share.label, share.report, share.period, share.kind),
        *(share.window_from, share.window_to, entry.state.value),
        *(share.issued_at, entry.creator, share.expires_at, share.revoked_at),
        *(share.views, share.downloads, share.last_viewed_at, " ".join(reports_of(share))),
    )
    return ",".join(map(_cell, cells)) + END


def _cell(value: str | int | datetime | None) -> str:
    return iso(value) if isinstance(value, datetime) else cell(value)
