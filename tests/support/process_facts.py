"""Say in JSON what a process was given when it was started.

Usage: python -m tests.support.process_facts STATUS
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path


def facts() -> dict[str, object]:
    """What whoever starts a process decides on."""
    own = Path("/proc/self")
    handlers = {each.name: signal.getsignal(each) for each in signal.Signals}
    return {
        "arguments": sys.argv[1:],
        "command line": own.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode().strip(),
        "environment": dict(os.environ),
        "directory": os.fspath(Path.cwd()),
        "input": sys.stdin.read(),
        "files": sorted(int(each.name) for each in own.joinpath("fd").iterdir() if each.exists()),
        "signals": {name: getattr(how, "__name__", str(how)) for name, how in handlers.items()},
        "parent": os.getppid(),
        "session": "its own" if os.getsid(0) == os.getpid() else os.getsid(0),
        "group": "its own" if os.getpgid(0) == os.getpid() else os.getpgid(0),
        "threads": threading.active_count(),
        "written at once": getattr(sys.stdout, "write_through", None),
    }


if __name__ == "__main__":
    print(json.dumps(facts()))
    print("complaint", file=sys.stderr)
    sys.exit(int(sys.argv[1]))
