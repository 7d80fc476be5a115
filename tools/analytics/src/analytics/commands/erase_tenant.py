"""`analytics erase-tenant`: a shop and everything of it, for good."""

from pathlib import Path

import click

from analytics.admin.target import (
    NoConnectionError,
    resolve_owner,
    resolve_redis,
    resolve_shards,
    state_dir_option,
)
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command()
@click.argument("slug")
@click.option("--confirm", help="The slug once more: without it nothing is erased, only counted.")
@state_dir_option
def erase_tenant(slug: str, confirm: str | None, state_dir: Path | None) -> None:
    """Erase the shop SLUG: rows, links, cached reports, and people who run no other shop.

    It cannot be undone. DATABASE_OWNER_URL names the role that owns the tables, and
    DATABASE_SHARD_OWNER_URLS that of further servers.
    """
    from analytics.admin import erase_tenant as admin  # noqa: PLC0415 - keeps help quick
    from common.instants import now  # noqa: PLC0415

    if confirm is not None and confirm != slug:
        raise click.UsageError("--confirm has to be the slug of the shop")
    try:
        owner, _ = resolve_owner(state_dir)
        owners = [owner, *(each for each, _ in resolve_shards(state_dir).values())]
        redis = resolve_redis(state_dir)
        if redis is None:
            raise NoConnectionError(state_dir or Path(), "REDIS_URL")
        done = admin.erase_tenant(owners, redis, slug=slug, really=confirm is not None, now=now())
    except (admin.EraseError, SupervisorError) as error:
        raise expected(error) from error
    for name, count in done.rows.items():
        click.echo(f"{count:>12,} {name}")
    click.echo(f"{done.keys:>12,} keys in Redis")
    if confirm is None:
        raise expected(Exception(f"nothing was erased: say --confirm {slug} to erase this"))
    click.echo(f"{done.people:>12,} people")
    click.echo(f"erased; left: {done.rows_left} rows, {done.keys_left} keys")
