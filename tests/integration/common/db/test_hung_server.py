"""One of several servers hangs: it is waited for once, and not for each of its tenants."""

import socket
from collections.abc import Iterator
from functools import partial
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from tests.support.sharded import Sharded, deployment_of
from tests.support.silent_server import SilentServer, silent_server
from tests.support.wait import PATIENCE_SECONDS

from common.db import engine as engines
from common.db import parallel
from common.db.across import connect_to_each, rows_of_all
from common.db.engine import create_service_engine
from common.db.read_timeout import HungServerError
from common.db.rounds import Round
from common.db.shards import TenantAwayError
from common.db.tenancy import TenantDb

AFTER = text("SELECT tenant_id FROM tenants_after(:after, :most)")
ALL = {"after": 0, "most": 1000}
OF_EAST, OF_WEST = range(10, 16), (20, 21)


@pytest.fixture
def east(sharded: Sharded) -> Iterator[SilentServer]:
    with silent_server(sharded.service_urls["east"]) as way:
        yield way


@pytest.fixture
def over(sharded: Sharded, east: SilentServer) -> Iterator[Sharded]:
    """A deployment with tenants on two servers, each of which it has found."""
    for server, ids in (("east", OF_EAST), ("west", OF_WEST)):
        for each in ids:
            sharded.add_tenant(server, each)
    urls = {**sharded.service_urls, "east": east.url}
    with deployment_of(sharded.owner_urls, urls) as made:
        for each in (*OF_EAST, *OF_WEST):
            write(made, each)
        yield made


def write(over: Sharded, tenant_id: int) -> int:
    with TenantDb(over.engine, tenant_id).transaction() as session:
        return int(session.scalar(text("SELECT id FROM tenants")) or 0)


def hang(over: Sharded, east: SilentServer) -> None:
    """Nothing of it is connected any more: a statement that is under way has a time limit."""
    over.engine.dispose()
    east.silent.set()


def test_a_round_waits_once_for_a_server_that_hangs(over: Sharded, east: SilentServer) -> None:
    hang(over, east)
    this = Round(over.engine)
    done = [this.work(each, partial(write, over, each)) for each in (*OF_EAST, *OF_WEST)]
    assert done == [None] * len(OF_EAST) + list(OF_WEST)
    assert isinstance(this.left, TenantAwayError)
    assert east.taken <= 2, "who fails first, and who asks whether it hangs"


def test_one_tenant_that_cannot_be_worked_on_costs_no_other(
    over: Sharded, east: SilentServer
) -> None:
    def work(tenant_id: int) -> int:
        with TenantDb(over.engine, tenant_id).transaction() as session:
            if tenant_id == OF_EAST[0]:
                session.execute(text("SET LOCAL statement_timeout = 1; SELECT pg_sleep(60)"))
            return tenant_id

    this = Round(over.engine)
    done = [this.work(each, partial(work, each)) for each in OF_EAST]
    assert done == [None, *OF_EAST[1:]]
    assert east.taken == 0


def test_rows_of_all_servers_wait_once_for_one_that_hangs(
    over: Sharded, east: SilentServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "LEFT_OUT_SECONDS", 10 * PATIENCE_SECONDS)
    hang(over, east)
    for _ in range(4):
        rows = rows_of_all(over.engine, AFTER, ALL)
        assert sorted(row.tenant_id for row in rows) == list(OF_WEST)
        with pytest.raises(TenantAwayError, match="east"):
            rows_of_all(over.engine, AFTER, ALL, whole=True)
    assert east.taken == 1


def test_a_service_starts_beside_a_server_that_hangs(
    over: Sharded, east: SilentServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "LEFT_OUT_SECONDS", 10 * PATIENCE_SECONDS)
    hang(over, east)
    for _ in range(2):
        assert list(connect_to_each(over.engine)) == ["east"]
    assert east.taken == 1


def log_in_and_say_no_more(listener: socket.socket) -> None:
    """As a server that stops right after a login; the connection ends with the client's."""
    client, _ = listener.accept()
    with client:
        client.recv(65536)
        client.sendall(b"R\0\0\0\x08\0\0\0\0" + b"Z\0\0\0\x05I")
        while client.recv(65536):
            pass


def test_a_server_that_hangs_after_the_login_is_waited_for_as_for_a_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "CONNECT_TIMEOUT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=log_in_and_say_no_more, args=(listener,), daemon=True).start()
        port = listener.getsockname()[1]
        url = f"postgresql://tests@127.0.0.1:{port}/tests?sslmode=disable&gssencmode=disable"
        engine = create_service_engine(url, application_name="tests")
        (error,) = connect_to_each(engine).values()
        engine.dispose()
    assert isinstance(error, OperationalError)
    assert isinstance(error.orig, HungServerError)
    assert "for 2 s" in str(error.orig)
