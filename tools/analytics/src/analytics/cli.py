"""The `analytics` command: finds the command asked for and turns expected failures into one line.

A command is a module in `analytics.commands` with one attribute, imported when it is called, so
that `analytics --help` stays quick. To add one, write its module and its line in `COMMANDS`.
"""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import click


class CommandError(click.ClickException):
    """An expected failure: one line on standard error, exit code 1."""

    def show(self, file: Any = None) -> None:
        """Print the line."""
        click.echo(f"analytics: {self.format_message()}", file=file or sys.stderr)


class Entry(NamedTuple):
    """Where a command is, and what it does in a line (shown without importing it)."""

    module: str
    attribute: str
    summary: str


COMMANDS: Mapping[str, Entry] = {
    "up": Entry("up", "up", "Run the whole system here until it is stopped."),
    "migrate": Entry("migrate", "migrate", "Bring the database to this version's tables."),
    "first-shop-link": Entry(
        "first_shop_link", "first_shop_link", "Print the address where the first shop is made."
    ),
    "create-tenant": Entry("create_tenant", "create_tenant", "Make a new shop."),
    "tenants": Entry("listed", "tenants", "List the shops."),
    "create-admin": Entry("create_admin", "create_admin", "Make an account for a shop's admin."),
    "invite": Entry("invite", "invite", "Print a link that makes a member of a shop, once."),
    "remove-admin": Entry("remove_admin", "remove_admin", "Take a shop away from an admin."),
    "set-role": Entry("set_role", "set_role", "Change what an admin may do for a shop."),
    "members": Entry("listed", "members", "List who may act for a shop."),
    "api-key": Entry("api_key", "api_key", "Make, list and revoke a shop's API keys."),
    "import": Entry("import_sales", "import_sales", "Bring a shop's sales in from files."),
    "connection": Entry("connection", "connection", "Make and manage connections to platforms."),
    "ingest": Entry("ingest", "ingest", "List and replay events that were given up."),
    "share": Entry("share", "share", "Issue a link to a report."),
    "links": Entry("listed", "links", "List a shop's links."),
    "discord": Entry("discord", "discord", "Register the commands of reports in Discord."),
    "revoke": Entry("revoke", "revoke", "Revoke a link, or all links of a shop."),
    "link-password": Entry(
        "link_password", "link_password", "Set or remove the password of a link."
    ),
    "set-password": Entry(
        "set_password", "set_password", "Replace an admin's password, ending their sessions."
    ),
    "reset-password-link": Entry(
        "reset_password_link", "reset_password_link", "Print a link that sets a password, once."
    ),
    "set-timezone": Entry("set_timezone", "set_timezone", "Set a shop's time zone right."),
    "set-currency": Entry(
        "set_currency", "set_currency", "Set the currency of a shop without orders right."
    ),
    "set-gift-cards": Entry(
        "set_gift_cards", "set_gift_cards", "Say what gift cards that a shop sold are to it."
    ),
    "brand": Entry("brand", "brand", "Set what the links of a shop show of it."),
    "link-address": Entry("link_address", "link_address", "Say where a shop's links point to."),
    "sharing": Entry("sharing", "sharing", "Turn a shop's sharing off and on."),
    "audit": Entry("audit", "audit", "Print who did what to a shop's links and accounts."),
    "erase-customer": Entry(
        "erase_customer", "erase_customer", "Erase who a customer of a shop was, for good."
    ),
    "erase-tenant": Entry("erase_tenant", "erase_tenant", "Erase a shop, for good."),
    "move-tenant": Entry("move_tenant", "move_tenant", "Move a shop to another database server."),
    "revocations": Entry(
        "revocations", "revocations", "Bring revocations into a database that was restored."
    ),
    "keys": Entry("keys", "keys", "Print which live links depend on which signing key."),
}


class LazyGroup(click.Group):
    """A group that imports a command when it is called, not when it is listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command; None when there is none of that name."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"analytics.commands.{entry.module}")
        command = getattr(module, entry.attribute)
        if not isinstance(command, click.Command):
            msg = f"analytics.commands.{entry.module}.{entry.attribute} is no command"
            raise TypeError(msg)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="analytics", prog_name="analytics")
@click.pass_context
def main(context: click.Context) -> None:
    """Sales reports behind magic links: run them, fill them, share them."""
    if any(name.endswith("_FILE") for name in os.environ):
        _take_secrets(context)


def _take_secrets(context: click.Context) -> None:
    """Read the secrets that are in files, for whatever the command starts too."""
    from common.secret_files import SecretFileError, secrets_taken  # noqa: PLC0415 - quick help

    try:
        context.with_resource(secrets_taken(os.environ))
    except SecretFileError as error:
        raise expected(error) from error


def expected(error: Exception) -> CommandError:
    """An exception whose text is meant for people, as a failure of the command.

    What is wrong with one field, and with nothing else, is told behind its name.
    """
    match getattr(error, "errors", None):
        case [{"pointer": str(pointer), "detail": str(detail)}] if detail == str(error):
            return CommandError(f"{pointer.strip('/')} {error}")
    return CommandError(str(error))


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line as a program would."""
    main.main(args=arguments, prog_name="analytics")
