"""`analytics api-key`: keys by which programs use the API for a shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError

if TYPE_CHECKING:
    from common.db.tenancy import TenantDb

_tenant = click.option("--tenant", required=True, help="Slug of the shop.")


@click.group("api-key")
def api_key() -> None:
    """Keys for programs: shown once, for some scopes, for a while. See also `keys`, which sign."""


@api_key.command()
@_tenant
@click.option("--name", required=True, help="What the key is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    help="What it may do, such as shares:write; several times for several.",
)
@click.option("--expires-in-days", "days", type=int, help="For how long; 90 by default.")
@state_dir_option
def create(
    tenant: str, name: str, scopes: tuple[str, ...], days: int | None, state_dir: Path | None
) -> None:
    """Make a key and print it, alone on a line: it is kept nowhere."""
    from accounts.api_keys import create_key, key_request  # noqa: PLC0415 - keeps help quick
    from common.db.audit import COMMAND_LINE  # noqa: PLC0415
    from common.instants import now  # noqa: PLC0415

    with _shop(tenant, state_dir) as db:
        wanted = key_request(name, scopes, days)
        _, text = create_key(db, wanted, author=COMMAND_LINE, at=now())
    click.echo(text)


@api_key.command("list")
@_tenant
@state_dir_option
def list_them(tenant: str, state_dir: Path | None) -> None:
    """Print the keys, newest first: id, state, scopes, expiry, last use and name."""
    from accounts.api_keys import list_keys, state_of  # noqa: PLC0415 - keeps help quick
    from common.db.pagination import Paging  # noqa: PLC0415
    from common.instants import iso, now  # noqa: PLC0415

    paging: Paging | None = Paging(100)
    with _shop(tenant, state_dir) as db:
        while paging is not None:
            page = list_keys(db, paging)
            for each in page.items:
                used = (
                    "never used" if each.last_used_at is None else f"used {iso(each.last_used_at)}"
                )
                state = state_of(each, now=now())
                until = f"until {iso(each.expires_at)}"
                words = (str(each.id), f"{state:<7}", ",".join(each.scopes), until, used, each.name)
                click.echo("  ".join(words))
            paging = None if page.next is None else Paging(100, page.next)


@api_key.command()
@click.argument("key_id", metavar="ID", type=click.UUID)
@_tenant
@state_dir_option
def revoke(key_id: UUID, tenant: str, state_dir: Path | None) -> None:
    """Revoke a key by its id: the next request that shows it is refused."""
    from accounts.api_keys import revoke_key  # noqa: PLC0415 - keeps help quick
    from common.db.audit import COMMAND_LINE  # noqa: PLC0415
    from common.instants import now  # noqa: PLC0415

    with _shop(tenant, state_dir) as db:
        revoke_key(db, key_id, author=COMMAND_LINE, at=now())
    click.echo(f"revoked {key_id}")


@contextmanager
def _shop(tenant: str, state_dir: Path | None) -> Iterator["TenantDb"]:
    """The rows of a shop; expected failures become one line."""
    from accounts.api_keys import ApiKeyError  # noqa: PLC0415 - keeps help quick
    from accounts.errors import AccountError, UnknownTenantError  # noqa: PLC0415
    from accounts.provisioning import accounts_engine, tenant_id_of  # noqa: PLC0415
    from common.db.tenancy import TenantDb  # noqa: PLC0415

    try:
        with accounts_engine(resolve(state_dir).database_url) as engine:
            tenant_id = tenant_id_of(engine, tenant)
            if tenant_id is None:
                raise UnknownTenantError(tenant)
            yield TenantDb(engine, tenant_id)
    except (AccountError, ApiKeyError, SupervisorError) as error:
        raise expected(error) from error
