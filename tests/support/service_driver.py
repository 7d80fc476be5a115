"""A service reduced to what the supervisor sees of one: readiness, a child of its own, an end.

Usage: service.py NAME [PORT]. It writes its environment beside the state directory's run files
when STANDIN_REPORT names a directory, and dies on GET /die.
"""

import http.server
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers everything with 200."""

    def do_GET(self) -> None:
        """Be ready, or die if told to."""
        if self.path == "/die":
            os._exit(3)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def main() -> None:
    """Run until SIGTERM."""
    name, *port = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Path(os.environ["STANDIN_REPORT"], f"{name}.json").write_text(json.dumps(dict(os.environ)))
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(f"{name} is here", flush=True)
    if port:
        http.server.HTTPServer(("127.0.0.1", int(port[0])), Handler).serve_forever()
    if ready := os.environ.get("WORKER_READY_FILE"):
        Path(ready).touch()
    time.sleep(600)


if __name__ == "__main__":
    main()
