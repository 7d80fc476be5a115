"""The law of the directory: whatever servers are away and whatever it remembers, a tenant is never
answered from a server that does not hold it, and never said not to exist while it may."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

from common.db.closed_fences import CLOSED_SECONDS, ClosedFences
from common.db.shards import (
    DATABASE_AWAY,
    HOME,
    Directory,
    TenantAwayError,
    TenantElsewhereError,
)
from common.db.tenancy import like

NAMES = (HOME, "east", "west")
TENANT = 7


def server_gone() -> OperationalError:
    return OperationalError(None, None, Exception("gone"))


@dataclass
class Servers:
    """What each server says of the tenant, and which of them are away."""

    engines: dict[str, Engine] = field(
        default_factory=lambda: {
            name: create_engine("postgresql+psycopg://nowhere/") for name in NAMES
        }
    )
    held: dict[str, bool | None] = field(default_factory=dict)
    away: frozenset[str] = frozenset()
    asked: int = 0
    seconds: float = 0.0

    def name_of(self, engine: Engine) -> str:
        return next(name for name, each in self.engines.items() if each is engine)

    def holds(self, engine: Engine, _: int) -> bool | None:
        self.asked += 1
        name = self.name_of(engine)
        if name in self.away:
            raise server_gone()
        return self.held.get(name)

    def begin(self, engine: Engine, held: bool) -> str:
        """As a transaction begins: the server itself says whether it holds the tenant."""
        name = self.name_of(engine)
        if name in self.away:
            raise server_gone()
        found = self.held.get(name)
        if not found and (found is False or held):
            raise TenantElsewhereError(TENANT)
        return name

    def directory(self) -> Directory:
        return Directory(self.engines, self.holds, lambda: self.seconds)


def _holding(holder: str | None, arriving: Iterable[str] = ()) -> dict[str, bool | None]:
    held: dict[str, bool | None] = dict.fromkeys(arriving, False)
    return held if holder is None else held | {holder: True}


@pytest.fixture(scope="module")
def shared() -> Servers:
    return Servers()


places = st.sampled_from([None, *NAMES])
states = st.tuples(places, st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)))


@given(st.lists(states, min_size=1, max_size=6))
def test_a_tenant_is_answered_by_the_server_that_holds_it_or_by_none(
    shared: Servers, history: list[tuple[str | None, set[str], set[str]]]
) -> None:
    directory = shared.directory()
    for holder, arriving, away in history:
        shared.held = _holding(holder, arriving)
        shared.away = frozenset(away)
        shared.seconds += 60  # what is remembered for moments is over
        try:
            answered = directory.on_holder(TENANT, shared.begin)
        except DATABASE_AWAY:
            assert away or (holder is None and arriving)
            continue
        if holder is not None:
            assert answered == holder
        else:
            assert answered == HOME
            assert not away
            assert not arriving


@given(places, st.sets(st.sampled_from(NAMES)))
def test_a_server_that_is_away_stops_no_tenant_of_another(
    shared: Servers, holder: str | None, away: set[str]
) -> None:
    shared.held, shared.away = _holding(holder), frozenset(away)
    directory = shared.directory()
    if holder is not None and holder not in away:
        assert directory.on_holder(TENANT, shared.begin) == holder
    elif away:
        with pytest.raises(TenantAwayError):
            directory.find(TENANT)
    else:
        assert directory.find(TENANT) is None


def test_what_is_remembered_is_not_asked_again_until_it_is_wrong(shared: Servers) -> None:
    shared.held, shared.away = {"east": True}, frozenset()
    directory = shared.directory()
    assert directory.find(TENANT) == "east"
    shared.asked = 0
    assert directory.on_holder(TENANT, shared.begin) == "east"
    assert shared.asked == 0
    shared.held = {"west": True}
    assert directory.on_holder(TENANT, shared.begin) == "west"
    assert shared.asked > 0


def test_a_tenant_of_nobody_is_asked_for_once_in_a_moment(shared: Servers) -> None:
    shared.held, shared.away = {}, frozenset()
    directory = shared.directory()
    assert directory.find(TENANT) is None
    shared.asked = 0
    assert directory.on_holder(TENANT, shared.begin) == HOME
    assert shared.asked == 0
    shared.held = {"east": True}
    shared.seconds += 60
    assert directory.on_holder(TENANT, shared.begin) == "east"
    shared.held = {}
    directory.forget(TENANT)
    assert directory.find(TENANT) is None
    shared.held = {HOME: False, "east": True}
    assert directory.on_holder(TENANT, shared.begin) == "east", "the home knows that it was wrong"


def test_nobody_waits_at_a_fence_that_was_closed_a_moment_ago(shared: Servers) -> None:
    shared.held, shared.away = {"east": True}, frozenset()
    clock = [0.0]
    directory = Directory(shared.engines, shared.holds, fences=ClosedFences(lambda: clock[0]))
    assert directory.on_holder(TENANT, shared.begin) == "east"
    shared.asked, waited = 0, 0

    def wait_in_vain(_: Engine, __: bool) -> str:
        nonlocal waited
        waited += 1
        clock[0] += 5
        if waited == 2:
            with pytest.raises(TenantAwayError, match="moving"):  # while another waits
                directory.on_holder(TENANT, wait_in_vain)
        raise OperationalError(None, None, psycopg.errors.LockNotAvailable())

    for times in (1, 2):
        with pytest.raises(OperationalError):
            directory.on_holder(TENANT, wait_in_vain)
        with pytest.raises(TenantAwayError, match="moving"):
            directory.on_holder(TENANT, wait_in_vain)
        assert waited == times
        assert directory.on_holder(TENANT, shared.begin, fenced=False) == "east"
        assert directory.on_holder(TENANT + 1, shared.begin) == "east"
        clock[0] += CLOSED_SECONDS
    assert directory.on_holder(TENANT, shared.begin) == "east"
    assert directory.on_holder(TENANT, shared.begin) == "east", "it is open"
    assert shared.asked <= len(NAMES), "only of the other tenant: its place is not forgotten"


def test_a_server_gets_the_options_of_another_engine_without_its_directory(
    shared: Servers,
) -> None:
    home = shared.engines[HOME].execution_options(analytics_directory=shared.directory(), kept=1)
    options = like(home, shared.engines["east"]).get_execution_options()
    assert options["kept"] == 1
    assert "analytics_directory" not in options
