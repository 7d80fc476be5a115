"""`analytics up`: run the whole system."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import click

from analytics.cli import expected
from devstack.supervisor.demo import Demo
from devstack.supervisor.log_format import LogFormat
from devstack.supervisor.ports import DEFAULT_PORTS, REPORT_VIEWER, SHARE_API
from devstack.supervisor.services import Addresses
from devstack.supervisor.state import DEFAULT_STATE_DIRECTORY, READY_NAME

PORT = click.IntRange(1, 65535)


@click.command()
@click.option(
    "--state-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_STATE_DIRECTORY,
    show_default=True,
    help="Where data, secrets and logs are kept between runs.",
)
@click.option(
    "--share-api-port",
    type=PORT,
    help=f"Port of the share API (default {DEFAULT_PORTS[SHARE_API]}, else a free one).",
)
@click.option(
    "--viewer-port",
    type=PORT,
    help=f"Port of the report viewer (default {DEFAULT_PORTS[REPORT_VIEWER]}, else a free one).",
)
@click.option("--no-demo", is_flag=True, help="Do not load the demo shop.")
@click.option(
    "--demo-days",
    type=click.IntRange(1, 3650),
    default=730,
    show_default=True,
    help="How many days of sales a new demo shop has.",
)
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Write addresses and the demo's account there when ready (also in {READY_NAME}).",
)
@click.option(
    "--log-format",
    type=click.Choice([each.value for each in LogFormat]),
    default=LogFormat.TEXT.value,
    show_default=True,
    help="How the services' log lines are printed: in words, or as JSON objects.",
)
@click.option(
    "--public",
    metavar="URL",
    help="Be reached from outside at this https address, through a server here that ends TLS:"
    " links and cookies are made for it, and a Caddyfile is written for that server.",
)
def up(
    state_dir: Path,
    share_api_port: int | None,
    viewer_port: int | None,
    no_demo: bool,
    demo_days: int,
    ready_file: Path | None,
    log_format: str,
    public: str | None,
) -> None:
    """Run the whole system here until it is stopped.

    Starts PostgreSQL and Valkey from Python wheels (or uses DATABASE_URL and REDIS_URL), migrates,
    starts the services, loads a demo shop and prints a link to one of its reports. Ctrl-C stops
    everything; the data stays in the state directory.
    """
    from devstack.embedded.errors import EmbeddedServerError  # noqa: PLC0415 - keeps help quick
    from devstack.processes.account import UnknownAccountError  # noqa: PLC0415
    from devstack.processes.reaper_client import EarlierRunError  # noqa: PLC0415
    from devstack.supervisor.errors import SupervisorError  # noqa: PLC0415
    from devstack.supervisor.public import check_public  # noqa: PLC0415
    from devstack.supervisor.up import UpOptions  # noqa: PLC0415
    from devstack.supervisor.up import up as run_system  # noqa: PLC0415

    try:
        origin = None if public is None else check_public(public)
    except SupervisorError as error:
        raise expected(error) from error
    options = UpOptions(
        public=origin,
        state_directory=state_dir,
        share_api_port=share_api_port,
        viewer_port=viewer_port,
        prepare_demo=None if no_demo else partial(_prepare_demo, days=demo_days),
        first_shop=_first_shop,
        ready_file=ready_file,
        log_format=LogFormat(log_format),
    )
    try:
        run_system(options)
    except (SupervisorError, EmbeddedServerError, UnknownAccountError, EarlierRunError) as error:
        raise expected(error) from error


def _prepare_demo(
    where: Addresses, password: str, settings: Mapping[str, str], *, days: int
) -> Demo:
    from analytics.demo.prepare import prepare_demo  # noqa: PLC0415 - not needed with --no-demo

    return prepare_demo(where, password, settings, days=days)


def _first_shop(where: Addresses, settings: Mapping[str, str]) -> str | None:
    from analytics.admin.first_shop import first_shop_address  # noqa: PLC0415 - as the demo

    secret = settings.get("ANALYTICS_SHARE_SIGNING_SECRET", "")
    return first_shop_address(where.database_url, where.console_url, secret)
