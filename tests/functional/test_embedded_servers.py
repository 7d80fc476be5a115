"""The embedded servers for real: they start, keep data, and recover from being killed."""

import os
import shutil
import signal
from pathlib import Path

import psycopg
import pytest
import redis

from devstack.embedded.errors import StartError
from devstack.embedded.postgres import EmbeddedPostgres
from devstack.embedded.valkey import EmbeddedValkey

PASSWORD = "p w'\"/@%:#\\"


def query(server: EmbeddedPostgres, text: str) -> list[tuple[object, ...]]:
    """Rows of a query as the superuser."""
    url = server.url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def test_postgres_keeps_data_and_recovers_from_a_kill(place: Path) -> None:
    server = EmbeddedPostgres(place / "pg", password=PASSWORD)
    with server:
        query(server, "CREATE TABLE kept (x int)")
        query(server, "INSERT INTO kept VALUES (1)")
        assert server.process is not None
        server.process.kill()
        server.process.wait()
    with server:
        query(server, "INSERT INTO kept VALUES (2)")
    with server:
        assert query(server, "SELECT x FROM kept ORDER BY x") == [(1,), (2,)]


def test_a_directory_may_be_named_from_where_one_stands(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    with EmbeddedPostgres(Path("pg"), password=PASSWORD, fast=True) as server:
        assert query(server, "SELECT 1") == [(1,)]
    with EmbeddedValkey(Path("valkey"), password=PASSWORD) as valkey:
        assert redis.Redis.from_url(valkey.url).ping()


def test_postgres_is_set_up_as_promised(place: Path) -> None:
    with EmbeddedPostgres(place / "pg", password=PASSWORD, fast=True) as server:
        facts = query(
            server,
            "SELECT datlocprovider, datlocale, current_setting('server_encoding'),"
            " current_setting('listen_addresses'), current_setting('unix_socket_directories'),"
            " current_setting('fsync'), current_setting('timezone')"
            " FROM pg_database WHERE datname = current_database()",
        )
        assert facts == [("b", "C.UTF-8", "UTF8", "127.0.0.1", "", "off", "UTC")]
        methods = query(server, "SELECT DISTINCT auth_method FROM pg_hba_file_rules")
        assert methods == [("scram-sha-256",)]
        assert server.process is not None
        line = Path(f"/proc/{server.process.pid}/cmdline").read_bytes()
        assert PASSWORD.encode() not in line
        if os.geteuid() == 0:
            assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0
    assert not (server.place / "initdb-password").exists()


def test_postgres_with_another_password_is_one_clear_failure(place: Path) -> None:
    with EmbeddedPostgres(place / "pg", password=PASSWORD, fast=True):
        pass
    stranger = EmbeddedPostgres(place / "pg", password="other", fast=True)
    with pytest.raises(StartError, match="password authentication failed"):
        stranger.start()
    assert stranger.process is None


def test_postgres_stops_an_earlier_server_on_its_directory(place: Path) -> None:
    earlier = EmbeddedPostgres(place / "pg", password=PASSWORD, fast=True).start()
    assert earlier.process is not None
    os.kill(earlier.process.pid, signal.SIGINT)  # still on its way out when the next one comes
    with EmbeddedPostgres(place / "pg", password=PASSWORD, fast=True) as server:
        assert query(server, "SELECT 1") == [(1,)]
    earlier.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as someone else")
def test_as_root_a_closed_directory_has_a_stand_in(place: Path) -> None:
    place.chmod(0o700)
    server = EmbeddedPostgres(place / "pg", password=PASSWORD, fast=True)
    try:
        with server:
            assert query(server, "SELECT 1") == [(1,)]
        assert server.place != place / "pg"
        assert (place / "pg" / "MOVED").read_text() == f"{server.place}\n"
    finally:
        if server.place != place / "pg":
            shutil.rmtree(server.place)


def test_valkey_keeps_data_and_recovers_from_a_kill(place: Path) -> None:
    server = EmbeddedValkey(place / "valkey", password=PASSWORD, max_memory="64mb")
    with server:
        with redis.Redis.from_url(server.url) as client:
            client.set("kept", "1")
            assert client.config_get("maxmemory*") == {
                "maxmemory": str(64 * 1024**2),
                "maxmemory-policy": "noeviction",
                "maxmemory-clients": "0",
                "maxmemory-eviction-tenacity": "10",
                "maxmemory-samples": "5",
            }
        assert server.process is not None
        line = Path(f"/proc/{server.process.pid}/cmdline").read_bytes()
        assert PASSWORD.encode() not in line
        server.process.kill()
        server.process.wait()
    with server, redis.Redis.from_url(server.url) as client:
        assert client.get("kept") == b"1"


def test_valkey_refuses_who_has_no_password(place: Path) -> None:
    with (
        EmbeddedValkey(place / "valkey", password=PASSWORD) as server,
        redis.Redis(port=server.port) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()
    assert (place / "valkey" / "valkey.conf").stat().st_mode & 0o077 == 0


def test_valkey_on_a_taken_port_says_why(place: Path) -> None:
    with (
        EmbeddedValkey(place / "one", password=PASSWORD) as server,
        pytest.raises(StartError, match="in use"),
    ):
        EmbeddedValkey(place / "two", password="other", port=server.port).start()
