"""Server processes: one, or several that serve one port together.

Several share the socket that their parent opened; the kernel hands each connection to one of them.
The parent passes SIGTERM on and waits, starts anew one that died, and ends no request.
Who has connected before they end is answered, by whichever accepts it.
"""

import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing import connection, parent_process
from threading import Thread
from typing import Final

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import multiprocess

from common.infra import tracing
from common.infra.draining import DrainingServer
from common.infra.open_files import raise_open_file_limit
from common.infra.telemetry import configure_logging
from common.settings import load
from report_viewer.app import Viewer, create_app
from report_viewer.metrics import SHARED_DIRECTORY
from report_viewer.settings import ViewerSettings

KEEP_ALIVE_SECONDS: Final = 75
SHUTDOWN_SECONDS: Final = 75
"""As long as the gateway waits for an answer: who waits for a computation is told of it."""
_BACKLOG: Final = 4096
_YOUNGEST_OBJECTS: Final = 50_000
"""So many new objects make the collector look; by the default of 700 a busy loop looks all the
time, and finds nothing: what a request leaves behind is freed by its reference counts."""


def serving() -> Viewer:
    """The application of one process, by the environment."""
    configure_logging("report-viewer")
    settings = load(ViewerSettings)
    tracing.start("report-viewer", settings.traces_endpoint)
    viewer = create_app(settings)
    bounds = replace(viewer.bounds, connections=raise_open_file_limit(settings.max_connections))
    viewer = replace(viewer, bounds=bounds)
    _end_with_the_parent()
    # What is there now stays: the collector need not look at it ever again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNGEST_OBJECTS, 20, 20)
    return viewer


class Server(DrainingServer, uvicorn.Server):
    """What has connected when it is told to end is answered."""


class ServerProcess(multiprocess.Process):
    """One of several processes."""

    @property
    def server(self) -> uvicorn.Server:
        """What it serves by, made in the process itself."""
        if self._server is None:
            self._server = Server(self.config)
        return self._server


class ServerProcesses(multiprocess.Multiprocess):
    """The parent of several processes."""

    def terminate_all(self) -> None:
        """End them. From now on the kernel takes connections for them alone, as long as one does.

        It would go on for the parent, who answers nobody, until the last of them is done.
        """
        for each in self.sockets:
            each.close()
        super().terminate_all()


# Uvicorn has no way to name the processes that it makes.
multiprocess.Process = ServerProcess  # type: ignore[misc]


def server_config(settings: ViewerSettings) -> uvicorn.Config:
    """How the viewer is served."""
    return uvicorn.Config(
        "report_viewer.server.process:serving",
        factory=True,
        workers=settings.processes,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="report_viewer.server.fast_path:FastPathProtocol",
        ws="none",
        backlog=_BACKLOG,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


def run(settings: ViewerSettings) -> None:
    """Serve until told to stop.

    Raises:
        SystemExit: it could not start.
    """
    config = server_config(settings)
    with _shared_figures(config.workers), suppress(KeyboardInterrupt):
        if config.workers > 1:
            ServerProcesses(config, sockets=[config.bind_socket()]).run()
            return
        server = Server(config)
        server.run()
        if not server.started:
            sys.exit(STARTUP_FAILURE)


@contextmanager
def _shared_figures(processes: int) -> Iterator[None]:
    """A directory of the figures that several processes count together, gone with the last.

    One process has none: the signal that ends it leaves no time to take a directory away.
    """
    if processes == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="report-viewer-", ignore_cleanup_errors=True) as name:
        os.environ[SHARED_DIRECTORY] = name
        yield


def _end_with_the_parent() -> None:
    """Stop, as by SIGTERM, when the parent is gone, which would else have to stop us.

    Its directory goes too: what is still counted goes into files that are open.
    """
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        shutil.rmtree(os.environ[SHARED_DIRECTORY], ignore_errors=True)
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, name="parent", daemon=True).start()
