"""Runs the viewer: ``python -m report_viewer``.

There is no access log: a path holds a token, and a token opens a report.
"""

import uvicorn

from common.settings import load
from common.telemetry import configure_logging
from report_viewer.app import create_app
from report_viewer.settings import ViewerSettings

_KEEP_ALIVE_SECONDS = 75
_SHUTDOWN_SECONDS = 10


def main() -> None:
    """Serve until told to stop.

    Raises:
        SystemExit: a setting is unusable.
    """
    settings = load(ViewerSettings)
    configure_logging("report-viewer")
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )


if __name__ == "__main__":
    main()
