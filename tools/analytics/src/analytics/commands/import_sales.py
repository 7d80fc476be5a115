"""`analytics import`: bring a shop's sales in from files."""

from contextlib import ExitStack
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from analytics.admin.target import resolve, state_dir_option
from analytics.cli import expected
from devstack.supervisor.errors import SupervisorError


class FormatName(click.ParamType[str]):
    """The name of a registered import format; they are found when one is asked for."""

    name = "format"

    @staticmethod
    def _choice() -> click.Choice[str]:
        from ingest.formats import registry  # noqa: PLC0415 - keeps other commands quick

        return click.Choice(list(registry.FORMATS))

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """The names, for the help."""
        return self._choice().get_metavar(param, ctx)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name itself.

        Raises:
            click.BadParameter: no format has it.
        """
        return self._choice().convert(value, param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The names that begin so."""
        return self._choice().shell_complete(ctx, param, incomplete)


FILE = click.Path(dir_okay=False, allow_dash=True)
INTERRUPTED = 130


@click.command("import")
@click.argument("orders", type=FILE, required=False)
@click.option("--tenant", required=True, help="Slug of the shop.")
@click.option("--refunds", type=FILE, help="refunds.csv: what came back.")
@click.option("--products", type=FILE, help="products.csv: titles, categories and costs.")
@click.option("--stock", type=FILE, help="stock.csv: what was on hand, and when.")
@click.option(
    "--format",
    "layout",
    type=FormatName(),
    help="Whose columns ORDERS has, ours or another system's; found by them where it is left out.",
)
@click.option(
    "--prices-include-tax",
    is_flag=True,
    help="ORDERS has our columns, and the tax is in its prices, discounts and shipping.",
)
@click.option("--check", is_flag=True, help="Say what an import would do, and change nothing.")
@click.option(
    "--errors",
    type=click.IntRange(1, 10_000),
    default=50,
    show_default=True,
    metavar="N",
    help="How many bad rows are listed before the rest is only counted.",
)
@state_dir_option
def import_sales(
    *,
    orders: str | None,
    tenant: str,
    refunds: str | None,
    products: str | None,
    stock: str | None,
    layout: str | None,
    prices_include_tax: bool,
    check: bool,
    errors: int,
    state_dir: Path | None,
) -> None:
    """Bring a shop's sales in from ORDERS and the files beside it; a dash reads the input.

    In our own columns prices and amounts are without tax, and `tax` beside them, unless
    --prices-include-tax is given; refunds' amounts are always without tax. Platforms' exports are
    reconciled to their totals, which tells where the tax is.

    All or nothing: a bad row is named by file, line and column, and then nothing has changed. The
    same files may come again: an order seen again replaces itself.
    """
    from accounts.errors import AccountError  # noqa: PLC0415 - keeps help quick
    from analytics.admin.import_files import SourceError, import_from, open_sources  # noqa: PLC0415
    from ingest.csv.faults import ImportRefusedError  # noqa: PLC0415

    named = {"orders": orders, "refunds": refunds, "products": products, "stock": stock}
    given = {kind: path for kind, path in named.items() if path is not None}
    if not given:
        raise click.UsageError("give ORDERS or another file")
    try:
        with ExitStack() as stack:
            sources = open_sources(given, stack)
            servers = resolve(state_dir)
            lines = import_from(
                servers.database_url,
                servers.redis_url,
                tenant,
                sources,
                layout=layout,
                most=errors,
                check=check,
                prices_include_tax=prices_include_tax,
            )
    except ImportRefusedError as error:
        _refuse(error)
    except (AccountError, SupervisorError, SourceError) as error:
        raise expected(error) from error
    except KeyboardInterrupt:
        click.echo("analytics: interrupted, nothing was imported", err=True)
        raise SystemExit(INTERRUPTED) from None
    else:
        for line in lines:
            click.echo(line)


def _refuse(error: Exception) -> None:
    """List what is wrong and end with status 1."""
    from ingest.csv.faults import ImportRefusedError  # noqa: PLC0415 - keeps help quick

    assert isinstance(error, ImportRefusedError)  # noqa: S101 - the caller's
    for fault in error.faults:
        click.echo(str(fault), err=True)
    untold = error.total - len(error.faults)
    more = f" ({untold} of them not listed)" if untold else ""
    problems = "problem" if error.total == 1 else "problems"
    click.echo(f"analytics: {error.total} {problems}{more}: nothing was imported", err=True)
    raise SystemExit(1)
