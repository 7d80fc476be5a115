#!/usr/bin/env python3
"""Writes the bill of materials (CycloneDX 1.5) of what is deployed, from uv.lock.

The same lock gives the same bytes: the serial number is made of its contents, and the time is that
of ``SOURCE_DATE_EPOCH`` or absent.
"""

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).parents[1]
EXPORT = ("uv", "export", "--quiet", "--frozen", "--all-packages", "--no-dev")


def bill() -> dict[str, Any]:
    """The bill of materials.

    Raises:
        subprocess.CalledProcessError: uv did not read the lock.
    """
    command = [os.fspath(ROOT / "scripts/bootstrap"), *EXPORT, "--format", "cyclonedx1.5"]
    said = subprocess.run(  # noqa: S603 - a command of ours
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    made: dict[str, Any] = json.loads(said.stdout)
    lock = hashlib.sha256((ROOT / "uv.lock").read_bytes()).hexdigest()
    made["serialNumber"] = f"urn:uuid:{uuid5(NAMESPACE_URL, f'urn:uv-lock:sha256:{lock}')}"
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        made["metadata"].pop("timestamp", None)
    else:
        made["metadata"]["timestamp"] = datetime.fromtimestamp(int(epoch), UTC).isoformat()
    return made


def main(arguments: list[str]) -> None:
    """Write the bill to the file that is named, or print it."""
    text = json.dumps(bill(), indent=2) + "\n"
    if arguments:
        Path(arguments[0]).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
