"""`analytics discord`: tell Discord of our commands."""

import json

import click

from analytics.cli import expected


@click.group()
def discord() -> None:
    """Reports in Discord: see docs/discord.md."""


@discord.command()
@click.option(
    "--guild",
    type=click.IntRange(1, 2**63 - 1),
    metavar="ID",
    help="Register for one Discord server alone, where it shows at once; by default for all.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be registered.")
def register(guild: int | None, dry_run: bool) -> None:
    """Register the command /report, in the place of all commands of the application.

    Doing so again changes nothing. Reads DISCORD_APPLICATION_ID and DISCORD_BOT_TOKEN.
    """
    from analytics.admin.discord_commands import RegistrationError, register_commands  # noqa: PLC0415
    from sharing.discord_command import commands  # noqa: PLC0415 - keeps help quick

    if dry_run:
        click.echo(json.dumps(commands(), indent=2, ensure_ascii=False))
        return
    try:
        names = register_commands(commands(), guild)
    except RegistrationError as error:
        raise expected(error) from error
    where = "for every server" if guild is None else f"for the server {guild}"
    click.echo(f"registered {', '.join(names)} {where}")
