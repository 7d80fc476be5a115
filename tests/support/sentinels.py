"""A primary with a replica, watched by three Sentinels: real servers of the wheel."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from redis import Redis, RedisError
from tests.support import wait

from devstack.embedded.binaries import valkey_server
from devstack.embedded.logfile import open_log
from devstack.embedded.server import EmbeddedServer
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import LOOPBACK, reserved_port
from devstack.processes.spawn import server_environment, spawn

NAME: Final = "reports"
PASSWORD: Final = "of-the-servers"
SENTINEL_PASSWORD: Final = "of-the-sentinels"
DOWN_MILLISECONDS: Final = 2000


class EmbeddedSentinel(EmbeddedServer):
    """One Sentinel in a directory, which watches the server at ``primary``."""

    stop_signal = signal.SIGTERM
    kill_signal = signal.SIGKILL
    stop_seconds = 10.0

    def __init__(self, directory: Path, primary: int, *, quorum: int) -> None:
        super().__init__(directory, port=reserved_port(), password=SENTINEL_PASSWORD)
        self._primary, self._quorum = primary, quorum

    @property
    def url(self) -> str:
        return f"redis://:{SENTINEL_PASSWORD}@{LOOPBACK}:{self._port}"

    @property
    def log(self) -> Path:
        return self._directory / "sentinel.log"

    def start(self) -> Self:
        self._directory.mkdir(parents=True)
        lines = [
            f"bind {LOOPBACK}",
            f"port {self._port}",
            f"dir {self._directory}",
            f"requirepass {SENTINEL_PASSWORD}",
            f"sentinel sentinel-pass {SENTINEL_PASSWORD}",
            f"sentinel monitor {NAME} {LOOPBACK} {self._primary} {self._quorum}",
            f"sentinel auth-pass {NAME} {PASSWORD}",
            f"sentinel down-after-milliseconds {NAME} {DOWN_MILLISECONDS}",
            f"sentinel failover-timeout {NAME} 10000",
        ]
        configuration = self._directory / "sentinel.conf"
        configuration.write_text("\n".join([*lines, ""]))
        with open_log(self.log) as stream:
            self._process = spawn(
                [str(valkey_server()), str(configuration), "--sentinel"],
                cwd=self._directory,
                stdout=stream,
                env=server_environment(),
            )
        wait.until(self._answers, lambda: self.log.read_text()[-2000:])
        return self

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url) as asked:
                return bool(asked.ping())
        except RedisError:
            return False


@dataclass
class Watched:
    """The servers; ``primary`` and ``replica`` as they were at the start."""

    primary: EmbeddedValkey
    replica: EmbeddedValkey
    sentinels: list[EmbeddedSentinel]

    @property
    def url(self) -> str:
        """What a service is told."""
        hosts = ",".join(f"{LOOPBACK}:{each.port}" for each in self.sentinels)
        query = f"sentinel_password={SENTINEL_PASSWORD}"
        return f"redis+sentinel://:{PASSWORD}@{hosts}/{NAME}/0?{query}"

    def named(self) -> int:
        """The port of the server that the first Sentinel calls the primary."""
        with Redis.from_url(self.sentinels[0].url) as asked:
            return int(asked.sentinel_masters()[NAME]["port"])

    def pause_replication(self) -> None:
        """From now on the replica hears nothing, and stays one that may take over."""
        with Redis.from_url(self.replica.url) as replica:
            replica.config_set("masterauth", "no longer")
            replica.execute_command("CLIENT", "KILL", "TYPE", "master")
            wait.until(lambda: replica.info("replication")["master_link_status"] == "down")

    def part(self) -> None:
        """From now on the replica is a primary of its own, which no Sentinel has heard of yet."""
        with Redis.from_url(self.replica.url) as replica:
            replica.replicaof("NO", "ONE")

    def name_the_replica(self) -> None:
        """Have each Sentinel name it: the primary before is cut off from them, and goes on."""
        for each in self.sentinels:
            with Redis.from_url(each.url) as asked:
                asked.sentinel_remove(NAME)
                asked.sentinel_monitor(NAME, LOOPBACK, self.replica.port, 1)
                asked.sentinel_set(NAME, "auth-pass", PASSWORD)

    def kill_primary(self) -> None:
        """End the primary at once."""
        assert self.primary.process is not None
        os.kill(self.primary.process.pid, signal.SIGKILL)


@contextmanager
def watched(place: Path, *, sentinels: int = 3) -> Iterator[Watched]:
    """Run them, and wait until all know each other."""
    with ExitStack() as stack:
        primary, replica = (
            stack.enter_context(
                EmbeddedValkey(place / name, port=reserved_port(), password=PASSWORD)
            )
            for name in ("primary", "replica")
        )
        for server in (primary, replica):
            with Redis.from_url(server.url) as redis:
                redis.config_set("masterauth", PASSWORD)
        with Redis.from_url(replica.url) as redis:
            redis.replicaof(LOOPBACK, primary.port)
            wait.until(lambda: redis.info("replication")["master_link_status"] == "up")
        quorum = sentinels // 2 + 1
        running = Watched(
            primary,
            replica,
            [
                stack.enter_context(
                    EmbeddedSentinel(place / f"sentinel-{n}", primary.port, quorum=quorum)
                )
                for n in range(sentinels)
            ],
        )
        wait.until(lambda: all(_knows(each, sentinels - 1) for each in running.sentinels))
        yield running


def _knows(sentinel: EmbeddedSentinel, others: int) -> bool:
    with Redis.from_url(sentinel.url) as asked:
        told = asked.sentinel_masters()[NAME]
        return (told["num-slaves"], told["num-other-sentinels"]) == (1, others)
