"""scripts/roll and the gateway's way to find what it started, with stand-ins for docker and nginx.

That no request fails is shown with real processes: tests/functional/test_rolling.py.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.compose import ROOT, SERVICES

from common.infra.draining import DRAIN_SECONDS
from report_viewer.server import process
from share_api import main as share_api

DRIVER = ROOT / "tests/support/docker_driver.py"
Containers = dict[str, list[str | bool]]
OLD: Containers = {
    "a": ["report-viewer", True],
    "b": ["report-viewer", True],
    "c": ["worker", True],
}
STOPS = {
    name: int(service["stop_grace_period"].removesuffix("s"))
    for name, service in SERVICES.items()
    if "stop_grace_period" in service
}
"""The seconds that a container of a service has to end, where docker-compose.yml gives it any."""
CHECKED = sorted(name for name, service in SERVICES.items() if "healthcheck" in service)


def named() -> list[str]:
    """The services that the script rolls, as it names them."""
    script = (ROOT / "scripts/roll").read_text()
    found = re.search(r"^    (share-api \|.*)\) ;;$", script, re.MULTILINE)
    assert found is not None
    return found[1].split(" | ")


def rolled(
    place: Path,
    *services: str,
    starts: str = "healthy",
    old: Containers = OLD,
) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """What the script says, and what is left of the containers."""
    state = place / "state.json"
    told = {"containers": old, "events": [], "made": 0, "starts": starts}
    state.write_text(json.dumps({**told, "stops": STOPS, "checked": CHECKED}))
    docker = place / "docker"
    docker.write_text(f'#!/bin/sh\nexec {sys.executable} {DRIVER} "$@"\n')
    docker.chmod(0o700)
    done = subprocess.run(
        [ROOT / "scripts/roll", *services],
        env={
            "PATH": f"{place}:{os.environ['PATH']}",
            "STANDIN_DOCKER": str(state),
            "ROLL_HEALTHY_SECONDS": "0",
            "ROLL_FOUND_SECONDS": "0",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done, json.loads(state.read_text())


def test_an_old_one_goes_when_as_many_others_are_healthy_as_there_were(tmp_path: Path) -> None:
    done, left = rolled(tmp_path, "report-viewer", "worker")
    assert done.returncode == 0, done.stderr
    assert left["events"] == [
        ["a", 85, ["b", "new1"]],
        ["a"],
        ["b", 85, ["new1", "new2"]],
        ["b"],
        ["c", 130, ["new3"]],
        ["c"],
    ]
    assert set(left["containers"]) == {"new1", "new2", "new3"}


@pytest.mark.parametrize("service", named())
def test_each_service_is_rolled_whatever_time_it_is_given_to_end(
    tmp_path: Path, service: str
) -> None:
    done, left = rolled(tmp_path, service, old={"a": [service, True]})
    assert done.returncode == 0, done.stderr
    assert left["events"] == [["a", STOPS.get(service), ["new1"]], ["a"]]
    assert list(left["containers"]) == ["new1"]


@pytest.mark.parametrize("starts", ["unhealthy", "refused"])
def test_the_old_ones_stay_where_a_new_one_does_not_get_healthy(
    tmp_path: Path, starts: str
) -> None:
    done, left = rolled(tmp_path, "report-viewer", starts=starts)
    assert done.returncode == 1
    assert "the old ones serve on" in done.stderr
    assert left["events"] == [["-f", "new1"]]
    assert left["containers"] == OLD


def test_what_has_data_or_runs_once_is_not_rolled(tmp_path: Path) -> None:
    once = {name for name, service in SERVICES.items() if service["restart"] == "no"}
    assert set(named()) == set(SERVICES) - once - {"postgres", "valkey"}
    done, left = rolled(tmp_path, "report-viewer", "valkey")
    assert done.returncode == 1
    assert not left["events"]


@pytest.mark.parametrize(
    ("service", "graceful"),
    [("report-viewer", process.SHUTDOWN_SECONDS), ("share-api", share_api.GRACE_SECONDS)],
)
def test_a_service_that_ends_has_the_time_that_it_gives_its_requests(
    service: str, graceful: int
) -> None:
    kept = int(SERVICES[service]["stop_grace_period"].removesuffix("s"))
    assert kept > graceful + DRAIN_SECONDS
    conf = (ROOT / "gateway/nginx.conf").read_text(encoding="utf-8")
    if service == "report-viewer":
        assert graceful >= max(map(int, re.findall(r"proxy_read_timeout (\d+)s;", conf)))


@pytest.mark.parametrize("takes", [True, False])
def test_the_gateway_asks_dockers_resolver_where_its_nginx_can(
    tmp_path: Path, *, takes: bool
) -> None:
    nginx = tmp_path / "nginx"
    nginx.write_text(f"#!/bin/sh\nexit {0 if takes else 1}\n")
    (tmp_path / "getent").write_text("#!/bin/sh\n")
    (tmp_path / "sleep").write_text("#!/bin/sh\nexit 1\n")
    for each in ("nginx", "getent", "sleep"):
        (tmp_path / each).chmod(0o700)
    resolvers, used = tmp_path / "resolv.conf", tmp_path / "used.conf"
    resolvers.write_text("search example\nnameserver 127.0.0.11\n")
    given = ROOT / "gateway/nginx.conf"
    subprocess.run(
        [shutil.which("sh") or "sh", ROOT / "gateway/follow-addresses.sh"],
        env={
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "GATEWAY_GIVEN": str(given),
            "GATEWAY_USED": str(used),
            "GATEWAY_RESOLVERS": str(resolvers),
        },
        check=True,
    )
    added = set(used.read_text().splitlines()) - set(given.read_text().splitlines())
    assert {each.strip() for each in added} == (
        {
            "resolver 127.0.0.11 valid=2s ipv6=off;",
            "keepalive_min_timeout 5s;",
            "server share-api:8000 resolve max_fails=2 fail_timeout=5s;",
            "server report-viewer:8001 resolve max_fails=2 fail_timeout=5s;",
        }
        if takes
        else set()
    )
