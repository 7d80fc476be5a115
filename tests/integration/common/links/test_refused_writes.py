"""A Redis that refuses writes: what it refuses is told, and revoking does what it still lets."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from redis import Redis, RedisError
from tests.support.refusing import WAYS, refuses, refusing

from common.infra.refusals import AWAY, Refusal, refusal_of, told_of
from common.links.state import LinkRef, LinkState, LinkStateStore, state_key
from common.reports_cache.cache import DONE_CHANNEL
from devstack.embedded.valkey import EmbeddedValkey
from sharing.revoking import RevocationUnavailableError, write


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A server that the tests of this module may break."""
    place: Path = tmp_path_factory.mktemp("refusing")
    with (
        EmbeddedValkey(place / "valkey", password="secret") as server,
        Redis.from_url(server.url) as client,
    ):
        yield client


def active_link(states: LinkStateStore) -> LinkRef:
    link = LinkRef(1, uuid4(), datetime.now(UTC) + timedelta(hours=1))
    states.activate(link)
    return link


@pytest.mark.parametrize("refusal", WAYS)
def test_every_refusal_is_recognized(own_redis: Redis, refusal: Refusal) -> None:
    with refusing(own_redis, refusal):
        with pytest.raises(RedisError) as plain:
            own_redis.set("key", "value")
        with pytest.raises(RedisError) as scripted:
            own_redis.eval("return redis.call('set', KEYS[1], '1')", 1, "key")
        with own_redis.pipeline(transaction=False) as pipe:
            pipe.set("key", "value")
            with pytest.raises(RedisError) as piped:
                pipe.execute()
    for error in (plain, scripted, piped):
        assert refusal_of(error.value) is refusal
        assert refusal.value in told_of(error.value)
    assert not refuses(own_redis)


def test_a_server_that_is_away_refuses_nothing() -> None:
    with (
        Redis.from_url("redis://127.0.0.1:1") as nobody,
        pytest.raises(RedisError) as error,
    ):
        nobody.set("key", "value")
    assert refusal_of(error.value) is None
    assert told_of(error.value) == AWAY


def test_a_full_server_forgets_what_it_cannot_write_as_revoked(own_redis: Redis) -> None:
    states = LinkStateStore(own_redis)
    links = [active_link(states) for _ in range(3)]
    kept = active_link(states)
    with own_redis.pubsub() as heard:
        heard.subscribe(DONE_CHANNEL)
        heard.get_message(timeout=5)
        with refusing(own_redis, Refusal.FULL):
            write(states, links)
            assert states.read([*links, kept]) == [None, None, None, LinkState.ACTIVE]
        told = set()
        while (message := heard.get_message(timeout=0.1)) is not None:
            told.add(message["data"].decode())
    assert told == {state_key(each.tenant_id, each.link_id) for each in links}
    write(states, links)
    assert set(states.read(links)) == {LinkState.REVOKED}


@pytest.mark.parametrize("refusal", [Refusal.UNSAVED, Refusal.READ_ONLY])
def test_what_forgets_nothing_either_is_told(own_redis: Redis, refusal: Refusal) -> None:
    states = LinkStateStore(own_redis)
    link = active_link(states)
    with refusing(own_redis, refusal), pytest.raises(RevocationUnavailableError) as error:
        write(states, [link])
    assert refusal.value in error.value.detail
    assert "does not answer" not in error.value.detail
