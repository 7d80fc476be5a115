"""Import from files of this machine: opened, watched while they are read, and summed up."""

import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import Connection

from accounts.errors import DatabaseRefusedError, UnknownTenantError
from accounts.provisioning import accounts_engine, tenant_id_of
from analytics.admin.progress_bar import show_progress
from common.db.audit import COMMAND_LINE, Action, record
from common.infra.broker import broker_of
from common.instants import now
from common.reports.money import currency_exponent, decimal_text
from ingest import data_version
from ingest.formats import registry
from ingest.formats.detect import format_of
from ingest.formats.model import ImportFormat, TaxFoundOutError
from ingest.formats.reconciliation import Reconciled
from ingest.import_files import BasisChangedError, FileKind, Imported, ImportFile, import_files
from ingest.progress import Meter

BLOCK: Final = 256 * 1024


class SourceError(Exception):
    """A file cannot be read."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Opened files; ``total_bytes`` is None where one of them is a stream."""

    files: Mapping[FileKind, ImportFile]
    total_bytes: int | None


def open_sources(paths: Mapping[str, str], stack: ExitStack) -> Sources:
    """Open every file by its kind, until ``stack`` is left; ``-`` is the standard input.

    Raises:
        SourceError: one cannot be opened, or the input is named twice.
    """
    if list(paths.values()).count("-") > 1:
        raise SourceError("the standard input can be one file only")
    files, total = {}, 0
    known = True
    for kind, path in paths.items():
        try:
            stream: BinaryIO = (
                sys.stdin.buffer if path == "-" else stack.enter_context(Path(path).open("rb"))  # noqa: SIM115 - by the stack
            )
        except OSError as error:
            raise SourceError(f"{path}: {error.strerror}") from error
        if path != "-" and Path(path).is_file():
            total += Path(path).stat().st_size
        else:
            known = False
        name = "the input" if path == "-" else Path(path).name
        files[FileKind(kind)] = ImportFile(name, _blocks(stream, path))
    return Sources(files, total if known else None)


def _blocks(stream: BinaryIO, path: str) -> Iterator[bytes]:
    try:
        while block := stream.read(BLOCK):
            yield block
    except (OSError, io.UnsupportedOperation) as error:
        raise SourceError(f"{path}: {error}") from error


def import_from(
    service_url: str,
    redis_url: str,
    tenant: str,
    sources: Sources,
    *,
    layout: str | None,
    most: int,
    check: bool = False,
    prices_include_tax: bool = False,
) -> list[str]:
    """Import into the tenant of that slug; answers the summary, a line each.

    Without a ``layout`` it is found by the columns. With ``check`` everything is done and taken
    back: nothing changes.

    Raises:
        AccountError: the database refused, or no tenant has this slug.
        SourceError: a file broke off, or its format does not take that prices include the tax, or
            the tenant's settings were changed meanwhile.
        ImportRefusedError: the files cannot be imported; at most ``most`` findings are named.
    """
    with accounts_engine(service_url, pool_size=2) as engine:
        tenant_id = tenant_id_of(engine, tenant)
        if tenant_id is None:
            raise UnknownTenantError(tenant)
        found, files = _format(sources.files, layout)
        try:
            if prices_include_tax:
                found.require_prices_with_tax()
            with show_progress(sources.total_bytes) as meter:
                imported = import_files(
                    engine,
                    tenant_id,
                    files,
                    layout=found,
                    most_faults=most,
                    meter=meter,
                    conclude=lambda connection, done: _audit(connection, tenant_id, done, meter),
                    check=check,
                    prices_include_tax=prices_include_tax,
                )
        except (BasisChangedError, TaxFoundOutError) as error:
            raise SourceError(str(error)) from error
        except psycopg.Error as error:
            raise DatabaseRefusedError(str(error).strip().splitlines()[0]) from error
        if not check:
            broker_url = broker_of(redis_url, os.environ.get("BROKER_URL"))
            data_version.loaded(engine, data_version.jobs_at(redis_url, broker_url), tenant_id)
    told = [] if layout else [f"format    {found.name}, found by the columns"]
    ended = ["checked   nothing was imported"] if check else []
    return [*told, *summary_of(imported), *ended]


def _audit(connection: Connection, tenant_id: int, done: Imported, meter: Meter) -> None:
    closed = done.summary.closed_days
    record(
        connection,
        tenant_id,
        Action.IMPORT_SUCCEEDED,
        COMMAND_LINE,
        at=now(),
        rows=meter.rows,
        closedDayOrders=closed.orders or None,
        closedDays=closed.sentence() or None,
    )


def _format(
    files: Mapping[FileKind, ImportFile], layout: str | None
) -> tuple[ImportFormat, Mapping[FileKind, ImportFile]]:
    """The format that was named, or that of the orders' file, and the files to be read."""
    orders = files.get(FileKind.ORDERS)
    if layout is not None or orders is None:
        return registry.find(layout) if layout else registry.FALLBACK, files
    found, orders = format_of(orders)
    return found, {**files, FileKind.ORDERS: orders}


def summary_of(imported: Imported) -> list[str]:
    """What an import did, in words."""
    found = imported.summary
    exponent = currency_exponent(imported.currency)
    lines = [
        (
            f"orders    {found.orders_new:,} new, {found.orders_replaced:,} replaced,"
            f" {found.orders_unchanged:,} unchanged; {found.lines:,} lines"
        ),
        f"refunds   {found.refunds:,}",
        f"products  {found.products_new:,} new; {found.products:,} in the file",
        f"stock     {found.stock_counts:,} counts",
    ]
    if found.cancellations_without_payment:
        lines[1] += (
            f" ({found.cancellations_without_payment:,} cancellations of orders never paid"
            " are no sales and no refunds)"
        )
    if found.first_at is not None and found.last_at is not None:
        zone = ZoneInfo(imported.timezone)
        first, last = (at.astimezone(zone).date() for at in (found.first_at, found.last_at))
        net = decimal_text(found.net_sales, exponent)
        lines.append(f"period    {first} to {last} ({zone.key})")
        lines.append(f"net sales {net} {imported.currency} in these files")
    if found.version is not None:
        lines.append(f"ledger    version {found.version}")
    if closed := found.closed_days.sentence():
        lines.append(f"changed   {closed}")
    lines += _totals(imported.reconciled, imported.currency)
    return [*lines, *(f"note      {note}" for note in imported.notes)]


def _totals(found: Reconciled, currency: str) -> list[str]:
    """How a platform's totals were explained, and the orders whose totals were not."""
    if not found.orders:
        return []
    exponent = currency_exponent(currency)
    agreed = found.orders - found.unexplained_orders
    lines = [f"totals    {agreed:,} of {found.orders:,} orders come to the file's Total"]
    for order, amount in found.unexplained:
        differs = f"{decimal_text(amount, exponent)} {currency}"
        lines.append(f"          {order}: {differs} of its Total is not explained")
    if found.unexplained_orders > len(found.unexplained):
        more = found.unexplained_orders - len(found.unexplained)
        lines.append(f"          and {more:,} orders more")
    return lines
