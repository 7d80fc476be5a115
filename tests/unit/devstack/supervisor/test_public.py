"""A public address: one option from which cookies, HSTS, links and trusted proxies follow."""

from pathlib import Path

import pytest

from devstack.supervisor.errors import SupervisorError
from devstack.supervisor.ports import Ports
from devstack.supervisor.public import check_public, write_front
from devstack.supervisor.ready_file import ready_message
from devstack.supervisor.services import addresses, service_specs, shared_settings
from devstack.supervisor.state import StateDirectory
from report_viewer.settings import ViewerSettings
from share_api.settings import ShareApiSettings

PORTS = Ports(share_api=8000, report_viewer=8001, postgres=54329, valkey=63799)
PUBLIC = "https://reports.example.com"
URLS = {"database_url": "postgresql://app@db/app", "redis_url": "redis://cache"}


def test_both_services_take_the_address_and_what_follows_from_it() -> None:
    where = addresses(PORTS, **URLS, public=check_public(f"{PUBLIC}/"))
    given = {"SHARE_API_TRUSTED_PROXIES": "0.0.0.0/0", "PUBLIC_BASE_URL": "http://elsewhere"}
    told = shared_settings(given, where, "ab12" * 16, "cd34" * 16)
    specs = {each.name: each for each in service_specs(where, PORTS, StateDirectory(Path()), told)}
    api = ShareApiSettings.model_validate(specs["share-api"].environment)
    viewer = ViewerSettings.model_validate(specs["report-viewer"].environment)
    assert api.public_base_url == viewer.public_base_url == PUBLIC
    assert api.https
    assert api.trusted_proxies == viewer.trusted_proxies == "127.0.0.1"
    assert specs["share-api"].environment["SHARE_API_HOST"] == "127.0.0.1"
    assert where.console_url == f"{PUBLIC}/admin"


def test_the_front_passes_on_what_is_for_the_services_alone(tmp_path: Path) -> None:
    write_front(tmp_path / "Caddyfile", PUBLIC, PORTS)
    text = (tmp_path / "Caddyfile").read_text()
    assert "\n}\nreports.example.com {\n" in text
    assert "handle @reports {\n\t\treverse_proxy 127.0.0.1:8001\n\t}" in text
    assert "handle @console {\n\t\treverse_proxy 127.0.0.1:8000\n\t}" in text
    for kept in ("/metrics", "/readyz", "/healthz", "handle {\n\t\treverse_proxy"):
        assert kept not in text
    where = addresses(PORTS, **URLS, public=PUBLIC)
    message = ready_message(where, None, front=tmp_path / "Caddyfile")
    assert f"{PUBLIC}/admin" in message
    assert f"caddy run --config {tmp_path / 'Caddyfile'}" in message


@pytest.mark.parametrize(
    "address",
    [
        *("http://reports.example.com", "reports.example.com", "https://", "https://a.example/x"),
        *("https://a.example?x", "https://a.example#x", "https://u@a.example", "https://a b"),
        *("https://a.example:0", "https://a.example:99999", "https://\u00fc.example", ""),
    ],
)
def test_what_is_no_https_origin_is_refused(address: str) -> None:
    with pytest.raises(SupervisorError, match="--public"):
        check_public(address)
