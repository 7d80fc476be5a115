"""`analytics migrate`: bring the database to this version's tables."""

from pathlib import Path

import click

from analytics.admin.target import resolve_owner, resolve_shards, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command()
@state_dir_option
def migrate(state_dir: Path | None) -> None:
    """Bring the database to this version's tables.

    Tables of a later version that still serve this one are left as they are; else it is refused.
    DATABASE_OWNER_URL names the role that owns them; DATABASE_URL beside it the application's
    role, which is created or set right. DATABASE_SHARD_OWNER_URLS and DATABASE_SHARD_URLS name
    further servers in the same way, which are migrated after it; the home gives no id from then on
    that one of them has. `analytics up` migrates by itself:
    this is for deployments.
    """
    from analytics.admin.revocations import (  # noqa: PLC0415 - keeps help quick
        RestoreError,
        step_home_ids,
    )
    from common.db.revisions import head  # noqa: PLC0415 - keeps help quick
    from devstack.supervisor.schema import migrate_databases  # noqa: PLC0415 - likewise

    try:
        owner, service = resolve_owner(state_dir)
        shards = resolve_shards(state_dir)
        schema = migrate_databases(owner, service, shards)
        step_home_ids(owner, [each for each, _ in shards.values()])
    except (RestoreError, SupervisorError) as error:
        raise expected(error) from error
    if schema.is_newer(head()):
        click.echo(
            f"the database is of a later version (revision {schema.revision}) that serves this one"
            f" (revision {head()}): nothing to do"
        )
        return
    click.echo("the database is up to date")
