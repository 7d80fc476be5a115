"""The how-to for integrators: its five lines of Python make a link, as they stand there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
from tests.integration.share_api.conftest import BASE_URL, Service

HOWTO = Path(__file__).parents[3] / "docs/howto/use-the-api-from-a-program.md"
PROGRAM = re.compile(r"^ *```python\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def test_the_program_of_the_howto_makes_a_link(service: Service, anna: httpx.Client) -> None:
    (program,) = PROGRAM.findall(HOWTO.read_text(encoding="utf-8"))
    lines = [line.strip() for line in program.splitlines() if line.strip()]
    assert len(lines) == 5
    body = {"name": "reporting", "scopes": ["shares:write", "shares:read"]}
    key = anna.post("/api/admin/keys", json=body).json()["key"]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        env={**os.environ, "API": service.url, "KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{BASE_URL}/api/reports/")
    (link,) = anna.get("/api/admin/analytics/shares").json()["items"]
    assert "reporting" in link["createdBy"]
