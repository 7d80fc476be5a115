"""Engines that tests give on have what was compiled, and nothing else of who had them before."""

from sqlalchemy import event, text
from tests.support.engines import kept_service_engine

ALIKE = {"application_name": "kept", "pool_size": 1}


def test_an_engine_is_given_on_with_what_it_compiled_and_no_connection(service_url: str) -> None:
    first = kept_service_engine(service_url, **ALIKE)
    first.dispose()
    with first.connect() as connection:  # it goes on, as a thread that was left behind does
        before = connection.scalar(text("SELECT pg_backend_pid()"))
    second = kept_service_engine(service_url, **ALIKE)
    with second.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != before
    assert second._compiled_cache is first._compiled_cache
    second.dispose()


def test_nobody_hears_or_is_bound_by_what_the_one_before_asked_for(service_url: str) -> None:
    heard: list[object] = []
    first = kept_service_engine(service_url, **ALIKE)
    event.listen(first, "before_cursor_execute", lambda *given: heard.append(given[2]))
    first.update_execution_options(asked=True)
    first.dispose()
    second = kept_service_engine(service_url, **ALIKE)
    with second.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert heard == []
    assert "asked" not in second.get_execution_options()
    second.dispose()


def test_one_that_is_in_use_is_given_to_nobody_else(service_url: str) -> None:
    first, second = (kept_service_engine(service_url, **ALIKE) for _ in range(2))
    with first.connect(), second.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1, "each has a connection of its own"
    first.dispose()
    second.dispose()
    second.dispose()
    again = [kept_service_engine(service_url, **ALIKE) for _ in range(2)]
    assert again[0].pool is not again[1].pool
    for each in again:
        each.dispose()
