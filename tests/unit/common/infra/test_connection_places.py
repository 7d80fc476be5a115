"""Places for connections: the bounds hold whatever comes and goes, and idle ones make room."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.infra.connection_places import ConnectionPlaces, Refusal


class Fake:
    """A connection that is idle since a moment, or busy."""

    def __init__(self, idle: float | None = None) -> None:
        self.idle = idle
        self.ended = False
        self.looked_at = 0

    def idle_since(self) -> float | None:
        self.looked_at += 1
        return self.idle

    def give_up(self) -> None:
        self.ended = True


def clock() -> float:
    return 100.0


addresses = st.sampled_from(
    ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", "10.1.2.3", ""]
)
newcomers = st.tuples(addresses, st.none() | st.floats(0, 100), st.booleans())


@given(st.lists(newcomers, max_size=60), st.integers(1, 8), st.integers(1, 8))
def test_the_bounds_hold_and_nobody_is_refused_beside_the_idle(
    coming: list[tuple[str, float | None, bool]], total: int, per_address: int
) -> None:
    places = ConnectionPlaces(total, per_address, exempt="10.0.0.0/8")
    there: dict[Fake, str] = {}
    for address, idle, goes in coming:
        holder = Fake(idle)
        refusal = places.take(holder, address, now=clock)
        there = {each: of for each, of in there.items() if not each.ended}
        if refusal is None:
            there[holder] = "2001:db8::/64" if ":" in address else address
        elif refusal is Refusal.ALL:
            assert len(there) == total
            assert all(each.idle is None for each in there)
        else:
            of = "2001:db8::/64" if ":" in address else address
            theirs = [each for each, its in there.items() if its == of]
            assert len(theirs) == per_address
            assert all(each.idle is None for each in theirs)
        counts = Counter(of for of in there.values() if of and not of.startswith("10."))
        assert len(there) <= total
        assert all(count <= per_address for count in counts.values())
        if goes and holder in there:
            del there[holder]
            places.leave(holder)
            places.leave(holder)


def test_the_longest_idle_goes_first() -> None:
    places = ConnectionPlaces(3, 3)
    first, second, third = Fake(7.0), Fake(5.0), Fake(6.0)
    for each in (first, second, third):
        assert places.take(each, "192.0.2.1", now=clock) is None
    assert places.take(Fake(), "192.0.2.2", now=clock) is None
    assert [each.ended for each in (first, second, third)] == [False, True, False]


@pytest.mark.parametrize("total", [1000, 4000])
def test_a_flood_of_newcomers_does_not_keep_the_process_looking(total: int) -> None:
    places = ConnectionPlaces(total, total)
    holders = [Fake() for _ in range(total)]
    for each in holders:
        assert places.take(each, "", now=clock) is None
    for _ in range(1000):
        assert places.take(Fake(), "192.0.2.1", now=clock) is Refusal.ALL
    assert {each.looked_at for each in holders} == {1}
    assert places.take(Fake(), "192.0.2.1", now=lambda: 101.0) is Refusal.ALL
    assert {each.looked_at for each in holders} == {2}


def test_an_address_that_has_gone_is_forgotten() -> None:
    places = ConnectionPlaces(10, 1)
    for number in range(100):
        holder = Fake()
        assert places.take(holder, f"192.0.2.{number}", now=clock) is None
        places.leave(holder)
    assert not places._of
    assert not places._address_of
