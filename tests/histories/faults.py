"""Faults: processes killed and hung, Redis flushed, filled and taken back in time, keys rotated."""

import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from redis import Redis, RedisError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from tests.histories.system import System, signal_all

from devstack.embedded.postgres import EmbeddedPostgres
from devstack.embedded.valkey import EmbeddedValkey

SERVICES: Final = ("report_viewer", "share_api", "worker")
_OTHERS_SQL: Final = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


class Faults:
    """What may befall a system, drawn by a seed. Servers are started by the main thread alone."""

    def __init__(self, system: System, seed: int) -> None:
        self._system = system
        self._random = random.Random(f"faults {seed}")
        self._saved: Path | None = None
        self._kinds: dict[str, tuple[int, Callable[[], None]]] = {
            **{f"kill {name}": (2, self._killer(name)) for name in SERVICES},
            **{f"hang {name}": (2, self._hanger(name)) for name in SERVICES},
            "flush Redis": (3, self._flush),
            "fill Redis": (2, self._fill),
            "hang Redis": (2, self._hang_redis),
            "kill Redis": (2, self._kill_redis),
            "save Redis": (3, self._save_redis),
            "take Redis back in time": (3, self._restore_redis),
            "hang PostgreSQL": (2, self._hang_postgres),
            "kill PostgreSQL": (2, self._kill_postgres),
            "end PostgreSQL's connections": (2, self._end_connections),
            "rotate keys": (1, system.rotate_keys),
        }

    def draw(self) -> tuple[str, Callable[[], None]]:
        """The name of the next fault, and what makes it and mends it again."""
        names = list(self._kinds)
        (name,) = self._random.choices(names, [self._kinds[each][0] for each in names])
        return name, self._kinds[name][1]

    def pause(self) -> float:
        """Seconds until the next fault."""
        return self._random.uniform(1.0, 4.0)

    def _killer(self, module: str) -> Callable[[], None]:
        return lambda: signal_all(self._system.family(module), signal.SIGKILL)

    def _hanger(self, module: str) -> Callable[[], None]:
        return lambda: self._hang(lambda: self._system.family(module))

    def _hang(self, processes: Callable[[], object]) -> None:
        found = processes()
        assert isinstance(found, list)
        signal_all(found, signal.SIGSTOP)
        try:
            time.sleep(self._random.uniform(0.5, 3.0))
        finally:
            signal_all(found, signal.SIGCONT)

    def _redis(self) -> "Redis":
        return Redis.from_url(self._system.valkey.url, socket_timeout=5)

    def _flush(self) -> None:
        try:
            with self._redis() as redis:
                redis.flushall()
        except RedisError:
            return

    def _fill(self) -> None:
        try:
            with self._redis() as redis:
                redis.config_set("maxmemory", "1")
                time.sleep(self._random.uniform(0.5, 3.0))
                redis.config_set("maxmemory", "1gb")
        except RedisError:
            return

    def _hang_redis(self) -> None:
        self._hang(lambda: list(self._system.servers(self._system.valkey)))

    def _kill_redis(self) -> None:
        self._restart(self._system.valkey, signal.SIGKILL)

    def _save_redis(self) -> None:
        """Keep the append-only file as it is now; one that is cut short is mended at its start."""
        saved = self._system.place / "saved"
        shutil.rmtree(saved, ignore_errors=True)
        shutil.copytree(self._append_only_file(), saved)
        self._saved = saved

    def _restore_redis(self) -> None:
        saved = self._saved
        if saved is None:
            return

        def replace() -> None:
            shutil.rmtree(self._append_only_file())
            shutil.copytree(saved, self._append_only_file())

        self._restart(self._system.valkey, signal.SIGKILL, meanwhile=replace)

    def _append_only_file(self) -> Path:
        return self._system.place / "valkey" / "appendonlydir"

    def _hang_postgres(self) -> None:
        self._hang(lambda: list(self._system.servers(self._system.postgres)))

    def _kill_postgres(self) -> None:
        self._restart(self._system.postgres, signal.SIGQUIT)

    def _restart(
        self,
        server: EmbeddedPostgres | EmbeddedValkey,
        end: signal.Signals,
        *,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        assert server.process is not None
        server.process.send_signal(end)
        server.process.wait()
        server.stop()
        time.sleep(self._random.uniform(0, 1.5))
        meanwhile()
        server.start()

    def _end_connections(self) -> None:
        engine = create_engine(self._system.postgres.url)
        try:
            with engine.connect() as connection:
                connection.execute(_OTHERS_SQL)
        except SQLAlchemyError:
            return
        finally:
            engine.dispose()
