"""Idle connections: who is in front closes them first, so that no request meets a closed one."""

import re
from pathlib import Path

import pytest

from report_viewer.server import process
from share_api import main as share_api

GATEWAY = (Path(__file__).parents[2] / "gateway/nginx.conf").read_text(encoding="utf-8")
KEPT = {
    "share_api": share_api.KEEP_ALIVE_SECONDS,
    "report_viewer": process.KEEP_ALIVE_SECONDS,
}


@pytest.mark.parametrize("service", KEPT)
def test_a_service_keeps_them_longer_than_the_gateway(service: str) -> None:
    upstream = re.search(rf"upstream {service} {{(.*?)}}", GATEWAY, re.DOTALL)
    assert upstream is not None
    (seconds,) = re.findall(r"keepalive_timeout (\d+)s;", upstream[1])
    assert int(seconds) + 10 < KEPT[service]
