"""Servers are started once a run, by the process that hands out the tests, and shared by all.

Every test that asks for a database gets a migrated one without rows (``tests.support.databases``);
Redis is one of the test process, emptied before each test.
"""

import gc
import os
import signal
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import Engine, create_engine
from tests.support import hypothesis_profiles, skips
from tests.support.databases import Databases, create_template, drop
from tests.support.engines import kept_service_engine
from tests.support.servers import NoServersError, Servers, redis_of_process, running_servers
from tests.support.sharded import Sharded, several_servers
from tests.support.xdist_groups import ByGroup

from common.db.engine import psycopg_url

hypothesis_profiles.register()

# As in the Makefile: the tests start some sixty processes, and none has to compile what it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# No test speaks TLS, while every client of httpx would read the certificates of 140 authorities,
# which takes 27 ms, more than a dozen requests. There are none here.
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent)

# A background job of a shell ignores interrupts, and so would every process that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_OBJECTS_OF_A_TEST = 50_000
"""How many are made before garbage is looked for: a test makes some thousands."""
_DATABASES = 16
"""Of a Redis, as it is set up."""
_WITHOUT_SERVERS = ("tests/unit", "tests/architecture")

_servers = pytest.StashKey[Servers]()
_template = pytest.StashKey[str]()
_closing = pytest.StashKey[ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--reversed", action="store_true", help="run the tests from the last to the first"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The other way round shows which test needs another one before it."""
    if config.getoption("reversed"):
        items.reverse()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What collecting makes stays to the end: no search for garbage has to look at it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(_OBJECTS_OF_A_TEST)
        gc.enable()


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Generator[None, int, int]:
    """Two processes more than there are cores: some wait for a server, or for a time.

    Each has a logical database of Redis to itself.
    """
    cores = yield
    return cores if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else min(cores + 2, _DATABASES)


def pytest_configure(config: pytest.Config) -> None:
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        if "servers" in worker:
            config.stash[_servers] = Servers(**worker["servers"])
            config.stash[_template] = worker["template"]
        return
    arguments = [str(argument) for argument in config.args]
    if arguments and all(argument.startswith(_WITHOUT_SERVERS) for argument in arguments):
        return
    if config.option.collectonly or config.option.help:
        return
    closing = config.stash[_closing] = ExitStack()
    try:
        servers = config.stash[_servers] = closing.enter_context(running_servers())
    except NoServersError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_template] = create_template(servers)
    closing.callback(drop, servers, config.stash[_template])


def pytest_unconfigure(config: pytest.Config) -> None:
    if _closing in config.stash:
        config.stash[_closing].close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Hand the servers to a process of pytest-xdist."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]
    if _servers in config.stash:
        node.workerinput["servers"] = asdict(config.stash[_servers])  # type: ignore[attr-defined]
        node.workerinput["template"] = config.stash[_template]  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup:
    return ByGroup(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in skips.reasons(terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(line)


def pytest_report_header(config: pytest.Config) -> str:
    if _servers not in config.stash:
        return "infrastructure: none asked for"
    return f"infrastructure: {config.stash[_servers].kind}"


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that PostgreSQL's unprivileged user can enter.

    That of ``tmp_path`` is closed, and every run of pytest of the same user closes it again.
    """
    with tempfile.TemporaryDirectory(prefix="analytics-test-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """The servers of this run."""
    return request.config.stash[_servers]


@pytest.fixture(scope="session")
def databases(servers: Servers, request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Gives databases to the tests of this process."""
    given = Databases(servers, request.config.stash[_template])
    yield given
    given.close()


@pytest.fixture
def owner_url(databases: Databases) -> Iterator[str]:
    """A fresh migrated database of the test's own, as the role that owns it."""
    with databases.fresh() as url:
        yield url


@pytest.fixture
def service_url(databases: Databases, request: pytest.FixtureRequest) -> str:
    """A database without rows as the services' restricted role: the owner's, if a test has both."""
    own = "owner_url" in request.fixturenames
    return databases.as_service(
        request.getfixturevalue("owner_url") if own else databases.emptied()
    )


@pytest.fixture
def service_engine(
    service_url: str, databases: Databases, request: pytest.FixtureRequest
) -> Iterator[Engine]:
    """An engine of the services' restricted role."""
    if "owner_url" not in request.fixturenames:
        with databases.lasting.of(service_url) as lasting:
            yield lasting
        return
    engine = kept_service_engine(service_url, application_name="tests")
    yield engine
    engine.dispose()


@pytest.fixture
def sharded(databases: Databases) -> Iterator[Sharded]:
    """A deployment whose tenants are spread over three servers."""
    with several_servers(databases) as deployment:
        yield deployment


@pytest.fixture
def owner_engine(owner_url: str) -> Iterator[Engine]:
    """An engine of the role that owns the database."""
    engine = create_engine(psycopg_url(owner_url))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def redis_address(servers: Servers, worker_id: str) -> Iterator[str]:
    """Where the Redis of this process is: what is kept in it lasts for a test."""
    number = int(worker_id.removeprefix("gw") or 0) if worker_id != "master" else 0
    with redis_of_process(servers, number) as url:
        yield url


@pytest.fixture
def redis_url(redis_address: str) -> str:
    """The Redis of this process, empty."""
    with Redis.from_url(redis_address) as client:
        client.flushdb()
    return redis_address


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[Redis]:
    """A client of that database that returns bytes."""
    with Redis.from_url(redis_url) as client:
        yield client
