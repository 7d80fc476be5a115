"""One run: clients and faults together, then quiet, then every link once more."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.histories.clients import AdminClient, Visitor, World
from tests.histories.faults import Faults
from tests.histories.model import Event, Kind
from tests.histories.system import TENANTS, System
from tests.support import wait


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is done: until so many operations or seconds, by so many clients, by a seed."""

    operations: int
    seconds: float
    clients: int
    seed: int
    faults: int | None = None
    """At most so many; None for as many as there is time for."""


def run(system: System, extent: Extent) -> Sequence[Event]:
    """What happened, in no certain order."""
    world = World(TENANTS, system.addresses)
    over = threading.Event()
    threads = [
        threading.Thread(target=_act, args=(_client(world, extent.seed, number), over))
        for number in range(extent.clients)
    ]
    for each in threads:
        each.start()
    try:
        _make_faults(system, world, extent)
    finally:
        over.set()
        for each in threads:
            each.join()
    _look_again(world)
    return world.events


def _client(world: World, seed: int, number: int) -> AdminClient | Visitor:
    """Every sixth is an admin, the tenants in turn."""
    if number % 6 == 0:
        tenant = TENANTS[number // 6 % len(TENANTS)]
        return AdminClient(world, tenant, f"{seed} admin {number}")
    return Visitor(world, f"{seed} visitor {number}")


def _act(client: AdminClient | Visitor, over: threading.Event) -> None:
    while not over.is_set():
        client.act()
    client.close()


def _make_faults(system: System, world: World, extent: Extent) -> None:
    faults, made = Faults(system, extent.seed), 0
    end = time.monotonic() + extent.seconds
    while len(world.events) < extent.operations and time.monotonic() < end:
        time.sleep(faults.pause())
        if extent.faults is not None and made >= extent.faults:
            continue
        name, make = faults.draw()
        began = time.time()
        make()
        made += 1
        world.note(Event(Kind.FAULT, began, time.time(), note=name))


def _look_again(world: World) -> None:
    """Open every link when all is well again: a live one is shown, after some patience."""
    for tenant in TENANTS:
        admin = AdminClient(world, tenant, "last")
        wait.until(admin.switch_on, "share-api answers again")
        admin.close()
    visitor = Visitor(world, "last")
    for link in list(world.links):
        for left in range(100, -1, -1):
            if visitor.open(link, last=not left) in {200, 403, 404, 410}:
                break
            time.sleep(0.1)
    visitor.close()
