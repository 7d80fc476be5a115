"""The viewer from its settings to its end.

There is no access log: a path holds a token, and a token opens a report.
"""

from common.infra.telemetry import configure_logging
from common.settings import load
from report_viewer.server.process import run
from report_viewer.settings import ViewerSettings


def main() -> None:
    """Serve until told to stop.

    Raises:
        SystemExit: a setting is unusable.
    """
    settings = load(ViewerSettings)
    configure_logging("report-viewer")
    run(settings)
