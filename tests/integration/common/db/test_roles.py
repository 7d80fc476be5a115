"""The services' role: of the whole server, while a lock is of one database."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text
from tests.support.databases import Databases

from common.db import roles
from common.db.engine import psycopg_url


@pytest.fixture
def name(owner_url: str) -> str:
    """A role of the test's own, which is gone with it."""
    return f"role_{uuid4().hex}"


def as_role(owner_url: str, name: str, password: str) -> str:
    url = make_url(owner_url).set(username=name, password=password)
    return url.render_as_string(hide_password=False)


def test_databases_of_one_server_are_set_up_at_once(
    databases: Databases, owner_url: str, name: str
) -> None:
    passwords = ["first", "100% 'quoted\\' {and} %(more)s :so", "päss wörd"]
    with databases.fresh() as other, ThreadPoolExecutor(8) as pool:
        urls = [owner_url, other]
        try:
            for password in passwords:
                for each in [
                    pool.submit(roles.ensure_service_role, url, as_role(url, name, password))
                    for url in urls * 8
                ]:
                    each.result()
                engine = create_engine(psycopg_url(as_role(owner_url, name, password)))
                with engine.connect() as connection:
                    assert not roles.may_bypass(connection)
                    member = text("SELECT pg_has_role(:group, 'USAGE')")
                    assert connection.scalar(member, {"group": roles.APPLICATION_GROUP})
                engine.dispose()
        finally:
            owner = create_engine(psycopg_url(owner_url))
            with owner.begin() as connection:
                connection.execute(text(f"DROP ROLE IF EXISTS {name}"))
            owner.dispose()
