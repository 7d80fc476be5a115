"""`analytics ingest`: events of platforms that were given up."""

import json
from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.group()
def ingest() -> None:
    """What arrives from platforms: see docs/operations.md."""


@ingest.command("dead-letters")
@click.argument("what", type=click.Choice(["list", "replay"]))
@click.option("--tenant", required=True, help="Slug of the shop.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="The most letters to list.",
)
@click.option("--id", "ids", type=int, multiple=True, help="Replay this one; by default all.")
@state_dir_option
def dead_letters(
    what: str, tenant: str, limit: int, ids: tuple[int, ...], state_dir: Path | None
) -> None:
    """List events that were given up with their reasons, a JSON object a line, or replay them."""
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.connections import list_dead, replay_dead  # noqa: PLC0415
    from common.instants import iso  # noqa: PLC0415

    try:
        url = resolve(state_dir).database_url
        if what == "replay":
            count = replay_dead(url, tenant=tenant, ids=ids or None)
            click.echo(f"{count} {'event' if count == 1 else 'events'} will be tried again")
            return
        found = list_dead(url, tenant=tenant, most=limit)
    except (AccountError, SupervisorError) as error:
        raise expected(error) from error
    for each in found:
        line = {
            "id": each.id,
            "connection": each.connection,
            "topic": each.topic,
            "eventId": each.event_id,
            "receivedAt": iso(each.received_at),
            "attempts": each.attempts,
            "bytes": each.size,
            "reason": each.reason,
        }
        click.echo(json.dumps(line, ensure_ascii=True))
