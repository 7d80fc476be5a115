"""A cluster of three primaries, each with a replica where it is asked for: real servers."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from redis import Redis
from redis.crc import key_slot
from tests.support import wait

from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import LOOPBACK, reserved_port

PASSWORD: Final = "of-the-nodes"
NODE_MILLISECONDS: Final = 2000
_SLOTS: Final = 16384


class EmbeddedNode(EmbeddedValkey):
    """One node of a cluster in a directory; ``full`` bounds what it holds."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, port=reserved_port(), password=PASSWORD)
        self._bus = reserved_port()

    def _configuration(self) -> str:
        lines = (
            "cluster-enabled yes",
            f"cluster-port {self._bus}",
            f"cluster-node-timeout {NODE_MILLISECONDS}",
            "cluster-require-full-coverage no",
            "cluster-replica-validity-factor 0",
            "repl-diskless-sync-delay 0",
            f"masterauth {PASSWORD}",
        )
        return super()._configuration() + "".join(f"{line}\n" for line in lines)

    @property
    def bus(self) -> int:
        """The port at which nodes talk to it."""
        return self._bus

    @property
    def name(self) -> str:
        """Its address."""
        return f"{LOOPBACK}:{self.port}"

    def client(self) -> Redis:
        """A client of this node alone, of texts."""
        return Redis(
            host=LOOPBACK,
            port=self.port,
            password=PASSWORD,
            decode_responses=True,
            single_connection_client=True,
        )

    def id(self) -> str:
        """What the cluster calls it."""
        with self.client() as node:
            return str(node.execute_command("CLUSTER MYID"))

    def kill(self) -> None:
        """End it at once."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class RunningCluster:
    """The nodes; ``primaries`` and ``replicas`` as they were at the start."""

    primaries: list[EmbeddedNode]
    replicas: list[EmbeddedNode] = field(default_factory=list)

    @property
    def nodes(self) -> list[EmbeddedNode]:
        """All of them."""
        return [*self.primaries, *self.replicas]

    @property
    def url(self) -> str:
        """What a service is told."""
        hosts = ",".join(each.name for each in self.primaries)
        return f"redis+cluster://:{PASSWORD}@{hosts}"

    def owner(self, tenant_id: int) -> EmbeddedNode:
        """Which of them has a tenant's keys, by the first that answers."""
        living = next(each for each in self.nodes if _lives(each))
        found = self._owner(slot_of(tenant_id), living)
        assert found is not None
        return found

    def _owner(self, slot: int, asked: EmbeddedNode) -> EmbeddedNode | None:
        with asked.client() as node:
            for first, last, (_, port, *_), *_ in node.execute_command("CLUSTER SLOTS"):
                if first <= slot <= last:
                    return next(each for each in self.nodes if each.port == port)
        return None

    def tenants_of(self, node: EmbeddedNode, count: int) -> list[int]:
        """Ids of tenants whose keys are on a node."""
        found = (each for each in range(1, 10_000) if self.owner(each) is node)
        return [next(found) for _ in range(count)]

    def move_atomically(self, slot: int, source: EmbeddedNode, target: EmbeddedNode) -> None:
        """Move a slot to another node in one step, and wait until all know."""
        with source.client() as node:
            node.execute_command(
                "CLUSTER MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", target.id()
            )
        wait.until(lambda: all(self._owner(slot, each) is target for each in self.primaries))

    def begin_move(self, slot: int, source: EmbeddedNode, target: EmbeddedNode) -> None:
        """From now on keys of a slot may go to another node one by one."""
        with target.client() as node:
            node.execute_command("CLUSTER SETSLOT", slot, "IMPORTING", source.id())
        with source.client() as node:
            node.execute_command("CLUSTER SETSLOT", slot, "MIGRATING", target.id())

    def move_keys(self, names: list[str], source: EmbeddedNode, target: EmbeddedNode) -> None:
        """Move some keys of such a slot."""
        with source.client() as node:
            node.migrate(LOOPBACK, target.port, names, 0, 10_000, auth=PASSWORD)

    def end_move(self, slot: int, target: EmbeddedNode) -> None:
        """The slot is the other node's, and all know."""
        for each in (target, *(each for each in self.primaries if each is not target)):
            with each.client() as node:
                node.execute_command("CLUSTER SETSLOT", slot, "NODE", target.id())
        wait.until(lambda: all(self._owner(slot, each) is target for each in self.primaries))

    def pause_replication(self, primary: EmbeddedNode) -> EmbeddedNode:
        """From now on the replica of a node hears nothing, and stays one that may take over."""
        replica = self.replicas[self.primaries.index(primary)]
        with replica.client() as node:
            node.config_set("masterauth", "no longer")
            node.execute_command("CLIENT", "KILL", "TYPE", "master")
            wait.until(lambda: node.info("replication")["master_link_status"] == "down")
        return replica

    def empty(self) -> None:
        """Forget everything, with all runs as they are, once the nodes serve every slot.

        They need a while after some of them were stopped.
        """
        wait.until(lambda: all(_serves(each) for each in self.primaries), "every slot is served")
        for each in self.primaries:
            with each.client() as node:
                node.flushall()


@contextmanager
def hanging(node: EmbeddedNode) -> Iterator[None]:
    """The node takes connections and answers nothing."""
    assert node.process is not None
    os.kill(node.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(node.process.pid, signal.SIGCONT)


def slot_of(tenant_id: int) -> int:
    """The slot of a tenant's keys."""
    return int(key_slot(b"%d" % tenant_id))


def _lives(node: EmbeddedNode) -> bool:
    return node.process is not None and node.process.poll() is None


@contextmanager
def running_cluster(place: Path, *, replicas: bool = False) -> Iterator[RunningCluster]:
    """Run three primaries, and wait until all know each other and every slot has an owner."""
    with ExitStack() as stack:
        kinds = ("primary", "replica") if replicas else ("primary",)
        nodes = [
            [stack.enter_context(EmbeddedNode(place / f"{kind}-{n}")) for n in range(3)]
            for kind in kinds
        ]
        cluster = RunningCluster(*nodes)
        _share_slots(cluster.primaries)
        first = cluster.primaries[0]
        for each in cluster.nodes[1:]:
            with each.client() as node:
                node.execute_command("CLUSTER MEET", LOOPBACK, first.port, first.bus)
        wait.until(lambda: all(_knows(each, len(cluster.nodes)) for each in cluster.nodes))
        for primary, replica in zip(cluster.primaries, cluster.replicas, strict=bool(replicas)):
            with replica.client() as node:
                node.execute_command("CLUSTER REPLICATE", primary.id())
        wait.until(lambda: all(_follows(each) for each in cluster.replicas))
        wait.until(lambda: all(_serves(each) for each in cluster.nodes))
        yield cluster


def _share_slots(primaries: list[EmbeddedNode]) -> None:
    bounds = [n * _SLOTS // len(primaries) for n in range(len(primaries) + 1)]
    for number, each in enumerate(primaries):
        with each.client() as node:
            node.execute_command("CLUSTER ADDSLOTSRANGE", bounds[number], bounds[number + 1] - 1)
            node.execute_command("CLUSTER SET-CONFIG-EPOCH", number + 1)


def _knows(node: EmbeddedNode, count: int) -> bool:
    with node.client() as asked:
        return int(asked.execute_command("CLUSTER INFO")["cluster_known_nodes"]) == count


def _serves(node: EmbeddedNode) -> bool:
    with node.client() as asked:
        told = asked.execute_command("CLUSTER INFO")
    return bool(told["cluster_state"] == "ok" and int(told["cluster_slots_ok"]) == _SLOTS)


def _follows(node: EmbeddedNode) -> bool:
    with node.client() as asked:
        return bool(asked.info("replication").get("master_link_status") == "up")
