"""Ports: what was asked for is taken or refused; the rest is remembered, default, or free."""

import socket
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from pathlib import Path

import pytest

from devstack.processes.sockets import free_port, is_free, reserved_port
from devstack.supervisor import ports as ports_module
from devstack.supervisor.errors import PortTakenError
from devstack.supervisor.ports import REPORT_VIEWER, SHARE_API, Ports, claim_ports


def choose_ports(remembered: Path, asked: Mapping[str, int | None]) -> Ports:
    """Settle the ports and let them go again."""
    with claim_ports(remembered, asked) as ports:
        return ports


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that another server listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        yield server.getsockname()[1]


@pytest.fixture
def remembered(tmp_path: Path) -> Path:
    """Where the ports are kept."""
    return tmp_path / "ports.json"


def test_is_free_sees_a_listener(taken_port: int) -> None:
    assert not is_free(taken_port)
    assert is_free(free_port())


def test_all_ports_differ_and_are_free(remembered: Path) -> None:
    ports = choose_ports(remembered, {})
    chosen = {ports.share_api, ports.report_viewer, ports.postgres, ports.valkey}
    assert len(chosen) == 4
    assert all(is_free(port) for port in chosen)


def test_a_taken_default_gives_way(
    remembered: Path, taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        ports_module, "DEFAULT_PORTS", {**ports_module.DEFAULT_PORTS, SHARE_API: taken_port}
    )
    assert choose_ports(remembered, {}).share_api != taken_port


def test_ports_are_kept_between_runs(remembered: Path) -> None:
    asked = {SHARE_API: free_port(), REPORT_VIEWER: free_port()}
    first = choose_ports(remembered, asked)
    assert choose_ports(remembered, {}) == first


def test_a_port_asked_for_but_taken_is_refused(remembered: Path, taken_port: int) -> None:
    with pytest.raises(PortTakenError, match=f"port {taken_port}, asked for share-api"):
        choose_ports(remembered, {SHARE_API: taken_port})


def test_one_port_for_two_services_is_refused(remembered: Path) -> None:
    port = free_port()
    with pytest.raises(PortTakenError):
        choose_ports(remembered, {SHARE_API: port, REPORT_VIEWER: port})


def test_a_reserved_port_is_nobody_elses(remembered: Path) -> None:
    ports = {reserved_port() for _ in range(20)}
    assert len(ports) == 20
    with socket.socket() as given:
        given.bind(("127.0.0.1", 0))
        assert max(ports) < given.getsockname()[1], "the kernel gives none of them away"
    for port in ports:
        with pytest.raises(PortTakenError):
            choose_ports(remembered, {SHARE_API: port})


def test_two_at_once_never_choose_the_same(tmp_path: Path) -> None:
    with (
        claim_ports(tmp_path / "one", {}) as one,
        claim_ports(tmp_path / "two", {}) as two,
    ):
        assert len({*astuple(one), *astuple(two)}) == 8
