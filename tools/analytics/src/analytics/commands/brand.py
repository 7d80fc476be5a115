"""`analytics brand`: what the links of a shop show of it."""

from pathlib import Path

import click

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


@click.command("brand")
@click.option("--tenant", required=True, help="Slug of the shop.")
@click.option("--name", help="What links call the shop, in place of its name.")
@click.option("--accent", metavar="#RRGGBB", help="The colour of buttons and links.")
@click.option("--footer", metavar="TEXT", help="A line at the foot of pages.")
@click.option(
    "--logo",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A picture: PNG, JPEG or WebP, 1 MB at most.",
)
@click.option("--no-logo", is_flag=True, help="Show no logo.")
@state_dir_option
def brand(
    tenant: str,
    name: str | None,
    accent: str | None,
    footer: str | None,
    logo: Path | None,
    no_logo: bool,
    state_dir: Path | None,
) -> None:
    """Set what the pages of a shop's links show of it, and print it.

    What is not given stays; an empty text takes it away. Pages show it within a second, those of
    links that were sent before too. Any accent will do: pages show it in tones that can be read.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.brand import change_brand  # noqa: PLC0415
    from common.instants import now  # noqa: PLC0415
    from sharing.logo import LogoError  # noqa: PLC0415

    if logo is not None and no_logo:
        raise click.UsageError("--logo and --no-logo exclude each other")
    given = {"name": name, "accent": accent, "footer": footer}
    texts = {field: text for field, text in given.items() if text is not None}
    try:
        where = resolve(state_dir)
        lines = change_brand(
            where.database_url,
            where.redis_url,
            tenant=tenant,
            texts=texts,
            logo=logo,
            no_logo=no_logo,
            at=now(),
        )
    except (AccountError, LogoError, OSError, SupervisorError) as error:
        raise expected(error) from error
    for line in lines:
        click.echo(line)
