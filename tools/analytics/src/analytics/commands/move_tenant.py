"""`analytics move-tenant`: a shop and everything of it, on another database server."""

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
@click.option("--to", required=True, help="The server: home, or a name of the further ones.")
@click.option(
    "--wait",
    type=click.IntRange(0, 86_400),
    default=60,
    show_default=True,
    help="Seconds that imports and others who act for the shop may take to end first.",
)
@state_dir_option
def move_tenant(slug: str, to: str, wait: int, state_dir: Path | None) -> None:
    """Move the shop SLUG to another server of PostgreSQL.

    Its links stay as they are; what is written for it waits or is refused meanwhile. One that was
    ended half-way is taken up by the same command. DATABASE_OWNER_URL and
    DATABASE_SHARD_OWNER_URLS name the roles that own the tables of all servers.
    """
    from analytics.moving.errors import MoveError  # noqa: PLC0415 - keeps help quick
    from analytics.moving.move import Move  # noqa: PLC0415 - likewise
    from analytics.moving.servers import owned  # noqa: PLC0415 - likewise
    from common.db.shards import HOME  # noqa: PLC0415 - likewise
    from common.infra.redis import WORKER, create_redis  # noqa: PLC0415 - likewise
    from common.instants import now  # noqa: PLC0415 - likewise

    try:
        home, _ = resolve_owner(state_dir)
        shards = {name: owner for name, (owner, _) in resolve_shards(state_dir).items()}
        redis_url = resolve_redis(state_dir)
        if redis_url is None:
            raise NoConnectionError(state_dir or Path(), "REDIS_URL")
        with owned({HOME: home, **shards}) as servers, create_redis(redis_url, WORKER) as redis:
            Move(servers, redis, slug, to, now(), wait, click.echo).run()
    except (MoveError, SupervisorError) as error:
        raise expected(error) from error
