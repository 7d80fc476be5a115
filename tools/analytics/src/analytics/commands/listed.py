"""`analytics tenants`, `members` and `links`: what there is, a line each."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError

_tenant = click.option("--tenant", required=True, help="Slug of the shop.")
_json = click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")


@click.command()
@_json
@state_dir_option
def tenants(as_json: bool, state_dir: Path | None) -> None:
    """Print every shop: slug, name, currency and time zone."""
    from analytics.admin import listing  # noqa: PLC0415 - keeps help quick

    with _database(state_dir) as url:
        _print(listing.tenants(url), as_json=as_json)


@click.command()
@_tenant
@_json
@state_dir_option
def members(tenant: str, as_json: bool, state_dir: Path | None) -> None:
    """Print who may act for a shop: address, role, and since when."""
    from analytics.admin import listing  # noqa: PLC0415 - keeps help quick

    with _database(state_dir) as url:
        _print(listing.members(url, tenant), as_json=as_json)


@click.command()
@_tenant
@click.option("--all", "ended", is_flag=True, help="Those that ended too.")
@_json
@state_dir_option
def links(tenant: str, ended: bool, as_json: bool, state_dir: Path | None) -> None:
    """Print a shop's links that open, newest first; their id is what `revoke` takes."""
    from analytics.admin import listing  # noqa: PLC0415 - keeps help quick

    with _database(state_dir) as url:
        _print(listing.links(url, tenant, ended=ended), as_json=as_json)


@contextmanager
def _database(state_dir: Path | None) -> Iterator[str]:
    """Where the database is; expected failures become one line."""
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from common.db.shards import TenantAwayError  # noqa: PLC0415

    try:
        yield resolve(state_dir).database_url
    except (AccountError, SupervisorError, TenantAwayError) as error:
        raise expected(error) from error


def _print(rows: Sequence[Mapping[str, str | int | None]], *, as_json: bool) -> None:
    """The rows as JSON, or in columns under their names; nothing of none."""
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=True))
        return
    cells = [["-" if cell is None else str(cell) for cell in row.values()] for row in rows]
    lines = [[*rows[0]], *cells] if rows else []
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())
