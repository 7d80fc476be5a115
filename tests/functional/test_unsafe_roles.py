"""A service that could read across tenants does not start, nor does a command run."""

import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from tests.support.forked import Forked

from common.db.engine import UnsafeDatabaseRoleError, create_service_engine, psycopg_url

PASSWORD = "a-password-of-this-test"
SECONDS = 120
SERVICES = {"share-api": ["share_api"], "worker": ["worker"]}
COMMAND = {"share": ["analytics", "share", "--tenant", "acme", "revenue-overview"]}
OPTIONS = "LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD"
ROLES = {
    "a superuser": ("LOGIN SUPERUSER PASSWORD", ""),
    "one that bypasses": ("LOGIN NOSUPERUSER BYPASSRLS PASSWORD", ""),
    "the owner of a table": (OPTIONS, "ALTER TABLE shares OWNER TO {role}"),
    "a member of a superuser": (OPTIONS, "GRANT {owner} TO {role}"),
}
SAYS = {
    "a superuser": "superuser",
    "one that bypasses": "may bypass row-level security",
    "the owner of a table": "owns the tenants' tables",
    "a member of a superuser": "superuser",
}


@contextmanager
def unsafe(owner_url: str, kind: str) -> Iterator[str]:
    """The URL of a role of that kind, for as long as it is needed."""
    role = f"unsafe_{secrets.token_hex(6)}"
    options, then = ROLES[kind]
    engine = create_engine(psycopg_url(owner_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        owner = connection.scalar(text("SELECT quote_ident(current_user)"))
        connection.execute(text(f"CREATE ROLE {role} {options} '{PASSWORD}'"))
        try:
            connection.execute(text(f"GRANT analytics_app TO {role}"))
            if then:
                connection.execute(text(then.format(role=role, owner=owner)))
            url = psycopg_url(owner_url).set(username=role, password=PASSWORD)
            yield url.render_as_string(hide_password=False).replace("+psycopg", "", 1)
        finally:
            connection.execute(text(f"REASSIGN OWNED BY {role} TO CURRENT_USER"))
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))
    engine.dispose()


@pytest.mark.parametrize("kind", ROLES)
def test_no_engine_connects(owner_url: str, kind: str) -> None:
    with unsafe(owner_url, kind) as url:
        engine = create_service_engine(url, application_name="tests", pool_size=1)
        with pytest.raises(UnsafeDatabaseRoleError, match=SAYS[kind]):
            engine.connect()
        engine.dispose()


@pytest.mark.parametrize("kind", ["a superuser", "one that bypasses", "the owner of a table"])
def test_a_service_refuses_to_start(owner_url: str, redis_url: str, kind: str) -> None:
    refused(owner_url, redis_url, kind, SERVICES)


def test_a_command_refuses_to_run(owner_url: str, redis_url: str) -> None:
    refused(owner_url, redis_url, "a superuser", COMMAND)


def refused(owner_url: str, redis_url: str, kind: str, processes: Mapping[str, list[str]]) -> None:
    """Start processes, all at once, with a role that they may not have."""
    with unsafe(owner_url, kind) as url:
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("DATABASE_")},
            "DATABASE_URL": url,
            "REDIS_URL": redis_url,
            "ANALYTICS_SHARE_SIGNING_SECRET": "5f" * 16 + "a1" * 16,
            "PUBLIC_BASE_URL": "http://127.0.0.1:1",
            "SHARE_API_PORT": "0",
        }
        running = {
            name: Forked(
                command,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for name, command in processes.items()
        }
        try:
            for name, process in running.items():
                said, _ = process.communicate(timeout=SECONDS)
                assert process.returncode != 0, f"{name}: {said}"
                assert SAYS[kind] in said, f"{name}: {said}"
                assert PASSWORD not in said
                assert "Traceback" not in said, f"{name}: {said}"
        finally:
            for process in running.values():
                process.kill()
                process.wait()
