"""The audit log as CSV (RFC 4180, UTF-8 with BOM, CRLF): a row for each entry that is wanted.

It is read and written a page at a time. Text is guarded as in the CSV of reports
(``common.csv_text``); instants are ISO 8601 in UTC, details are JSON, and a cell without a value
is empty.
"""

import json
from collections.abc import Iterator
from typing import Final

from accounts.audit_log import AuditFilter, list_audit
from common.csv_text import BOM, END, text_row
from common.db.audit import AuditEntry
from common.db.pagination import Paging
from common.db.tenancy import TenantDb
from common.instants import iso

COLUMNS: Final = ("at", "action", "actor", "subject", "address", "details")
_PAGE: Final = 500


def audit_csv(db: TenantDb, wanted: AuditFilter) -> Iterator[bytes]:
    """The CSV of the tenant's entries that are wanted, newest first, in pieces."""
    yield f"{BOM}{','.join(COLUMNS)}{END}".encode()
    paging: Paging | None = Paging(_PAGE)
    while paging is not None:
        page = list_audit(db, paging, wanted)
        yield "".join(map(_row, page.items)).encode()
        paging = None if page.next is None else Paging(_PAGE, page.next)


def _row(entry: AuditEntry) -> str:
    details = json.dumps(entry.details, ensure_ascii=False) if entry.details else None
    at = iso(entry.at)
    # An instant is written here alone, and as it is: no text of others is in it.
    return f"{at},{text_row([entry.action, entry.actor, entry.subject, entry.address, details])}"
