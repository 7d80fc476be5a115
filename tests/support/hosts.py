"""Another host: a network namespace with a cable to this one, which can be cut."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import pytest

PROGRAM: Final = shutil.which("ip", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


@dataclass(frozen=True)
class Host:
    """A host. ``here`` is our address as it sees us."""

    name: str
    here: str

    def command(self, *command: str) -> list[str]:
        """A command that runs there."""
        assert PROGRAM is not None
        return [PROGRAM, "netns", "exec", self.name, *command]

    def cut(self) -> None:
        """Take it off the network: whoever speaks with it hears nothing more, no end either."""
        _ip("link", "set", _cable(self.name), "down")


@contextmanager
def host() -> Iterator[Host]:
    """A host that sees us and nobody else; skips the test where none can be made."""
    name, network = f"host-{secrets.token_hex(3)}", f"10.213.{secrets.randbelow(256)}"
    block = 4 * secrets.randbelow(64)
    here, there = (f"{network}.{block + each}" for each in (1, 2))
    if PROGRAM is None:
        pytest.skip("no program to make another host with (iproute2)")
    try:
        _ip("netns", "add", name)
    except subprocess.CalledProcessError:
        pytest.skip("no right to make another host (a network namespace)")
    try:
        cable = _cable(name)
        _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("addr", "add", f"{here}/30", "dev", cable)
        _ip("link", "set", cable, "up")
        for arguments in (
            ("addr", "add", f"{there}/30", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-n", name, *arguments)
        yield Host(name, here)
    finally:
        _ip("netns", "del", name)


def _cable(name: str) -> str:
    return name.replace("host-", "cable-")


def _ip(*arguments: str) -> None:
    assert PROGRAM is not None
    subprocess.run([PROGRAM, *arguments], check=True, capture_output=True)
