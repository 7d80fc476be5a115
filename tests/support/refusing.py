"""A Redis that answers and refuses writes, in each of the ways in which one does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import ResponseError
from tests.support import wait

from common.infra.refusals import Refusal

WAYS = (Refusal.FULL, Refusal.UNSAVED, Refusal.READ_ONLY)


@contextmanager
def refusing(redis: Redis, refusal: Refusal) -> Iterator[None]:
    """Have a server of the test's own refuse writes for that reason, for a while."""
    begin, end = {
        Refusal.FULL: (_fill, _empty),
        Refusal.UNSAVED: (_break_saving, _mend_saving),
        Refusal.READ_ONLY: (_demote, _promote),
        Refusal.TOO_FEW_REPLICAS: (_want_replicas, _want_none),
    }[refusal]
    begin(redis)
    try:
        yield
    finally:
        end(redis)


def _fill(redis: Redis) -> None:
    redis.config_set("maxmemory", 1)


def _empty(redis: Redis) -> None:
    redis.config_set("maxmemory", 0)


def _break_saving(redis: Redis) -> None:
    """Its snapshot would have to replace a folder."""
    _snapshot(redis).mkdir()
    redis.config_set("save", "3600 100000000")
    redis.bgsave()

    def failed() -> bool:
        return bool(redis.info("persistence")["rdb_last_bgsave_status"] == "err")

    wait.until(failed, "a failed snapshot")


def _mend_saving(redis: Redis) -> None:
    redis.config_set("save", "")
    _snapshot(redis).rmdir()


def _snapshot(redis: Redis) -> Path:
    place, name = (redis.config_get(each)[each] for each in ("dir", "dbfilename"))
    return Path(str(place), str(name))


def _demote(redis: Redis) -> None:
    redis.execute_command("REPLICAOF", "127.0.0.1", "1")


def _promote(redis: Redis) -> None:
    redis.execute_command("REPLICAOF", "NO", "ONE")


def _want_replicas(redis: Redis) -> None:
    redis.config_set("min-replicas-to-write", 1)


def _want_none(redis: Redis) -> None:
    redis.config_set("min-replicas-to-write", 0)


def refuses(redis: Redis) -> bool:
    """Whether it takes no write now."""
    try:
        redis.set("written", "x")
    except ResponseError:
        return True
    return False
