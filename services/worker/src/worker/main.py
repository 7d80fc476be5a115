"""The worker, or the scheduler, from its settings to its end."""

import logging
import sys
import warnings
from contextlib import nullcontext

from celery.exceptions import SecurityWarning

from common.db.across import connect_to_each
from common.db.engine import UnsafeDatabaseRoleError
from common.db.shards import create_sharded_engine
from common.infra.telemetry import configure_logging
from common.settings import load
from worker.app import create_app
from worker.operations import beat
from worker.operations.metrics import shared_between_processes
from worker.settings import WorkerSettings

logger = logging.getLogger(__name__)


def main(arguments: list[str]) -> None:
    """Run the worker or the scheduler until it is told to stop.

    Raises:
        SystemExit: status 2 for a setting, an argument or a database role that is refused.
    """
    if arguments not in ([], ["beat"]):
        raise SystemExit("usage: python -m worker [beat]")
    settings = load(WorkerSettings)
    configure_logging("worker", settings.log_level)
    # It warns root of pickled jobs; ours are JSON, and nothing else is accepted.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    shared = nullcontext() if settings.metrics_port is None else shared_between_processes()
    with shared:
        _run(arguments, settings)


def _run(arguments: list[str], settings: WorkerSettings) -> None:
    app = create_app(settings)
    if arguments == ["beat"]:
        beat.run(app, settings.log_level, alive_file=settings.ready_file)
        return
    _check_role(settings)
    app.worker_main(
        [
            "--quiet",
            "worker",
            "--concurrency",
            str(settings.concurrency),
            "--queues",
            settings.consumed,
            "--loglevel",
            settings.log_level,
            "--without-gossip",
            "--without-mingle",
        ]
    )


def _check_role(settings: WorkerSettings) -> None:
    """Refuse an unsafe role at once; with PostgreSQL away, each connection is checked later."""
    url = settings.database_url.get_secret_value()
    engine = create_sharded_engine(
        url, settings.shards, application_name="worker-check", pool_size=1
    )
    try:
        for name in connect_to_each(engine):
            logger.warning("PostgreSQL does not answer yet", extra={"server": name})
    except UnsafeDatabaseRoleError as error:
        print(f"refusing to start: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    finally:
        engine.dispose()
