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


GENERATOR = str(Path(sys.executable).with_name("openapi-python-client"))


def lines_of(place: int) -> list[str]:
    """The lines of a program of the how-to."""
    program = PROGRAM.findall(HOWTO.read_text(encoding="utf-8"))[place]
    return [line.strip() for line in program.splitlines() if line.strip()]


def run(lines: list[str], service: Service, anna: httpx.Client, folder: Path) -> str:
    """What a program prints that has a new key for berlin."""
    body = {"name": "reporting", "scopes": ["shares:write", "shares:read"]}
    key = anna.post("/api/admin/keys", json=body).json()["key"]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        env={**os.environ, "API": service.url, "KEY": key},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_program_of_the_howto_makes_a_link(
    service: Service, anna: httpx.Client, tmp_path: Path
) -> None:
    lines = lines_of(0)
    assert len(lines) == 5
    assert run(lines, service, anna, tmp_path).startswith(f"{BASE_URL}/api/reports/")
    (link,) = anna.get("/api/admin/analytics/shares").json()["items"]
    assert "reporting" in link["createdBy"]


def test_a_generated_client_makes_a_link_in_five_lines(
    service: Service, anna: httpx.Client, tmp_path: Path
) -> None:
    (tmp_path / "config.yml").write_text("post_hooks: []\n")
    generate = [GENERATOR, "generate", "--url", f"{service.url}/openapi.json", "--meta", "none"]
    generate += ["--output-path", "analytics_client", "--config", "config.yml"]
    done = subprocess.run(generate, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = lines_of(1)
    assert len(lines) == 5
    assert run(lines, service, anna, tmp_path).startswith(f"{BASE_URL}/api/reports/")
    assert len(anna.get("/api/admin/analytics/shares").json()["items"]) == 1
