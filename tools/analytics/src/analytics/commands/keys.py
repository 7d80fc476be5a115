"""`analytics keys`: which live links depend on which signing key."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError

if TYPE_CHECKING:
    from analytics.admin.keys import Key


@click.command()
@click.option(
    "--record",
    "recorded",
    is_flag=True,
    help="Also tell the audit logs of the shops concerned which keys were retired.",
)
@state_dir_option
def keys(recorded: bool, state_dir: Path | None) -> None:
    """Print each key, by its id, with what it is good for and the live links it signed.

    A key signs, or it verifies only, or it is retired: in the ring no more, so that the links it
    signed do not open. The indented lines are the shops of these links.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.keys import (  # noqa: PLC0415
        KeySettingsError,
        key_ring,
        keys_in_use,
        record_retired,
    )
    from common.instants import now  # noqa: PLC0415

    try:
        where = resolve(state_dir)
        ring = key_ring(where.settings.get("ANALYTICS_SHARE_SIGNING_SECRET"))
        found = keys_in_use(where.database_url, ring, now=now())
        entries = record_retired(where.database_url, ring, now=now()) if recorded else None
    except (AccountError, KeySettingsError, SupervisorError) as error:
        raise expected(error) from error
    for key in found:
        for line in _lines(key):
            click.echo(line)
    if entries is not None:
        click.echo(f"told the audit logs: {entries} {'entry' if entries == 1 else 'entries'}")


def _lines(key: "Key") -> list[str]:
    from common.instants import iso  # noqa: PLC0415 - keeps help quick

    until = "" if key.until is None else f"  until {iso(key.until)}"
    lines = [f"{key.key_id}  {key.use:<8}  {key.links:>6} live links{until}"]
    lines += [
        f"    {each.tenant}  {each.links} live links  until {iso(each.until)}"
        for each in key.tenants
    ]
    return lines
