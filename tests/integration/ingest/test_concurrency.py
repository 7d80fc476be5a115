"""Loads of one shop at the same time: they queue, and none loses a row or a version."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from tests.support import wait

from ingest.ledger.load import load_sales


def test_loads_of_one_shop_queue(service_engine, tenant_id, read, line):
    batches = [
        [line(f"O{order}", "a", customer_id=f"C{order}") for order in range(60)] for _ in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        summaries = list(
            pool.map(lambda rows: load_sales(service_engine, tenant_id, order_lines=rows), batches)
        )
    assert sorted(summary.version or 0 for summary in summaries) == [1, 2, 3, 4]
    assert sorted(summary.orders_new for summary in summaries) == [0, 0, 0, 60]
    assert sorted(summary.orders_unchanged for summary in summaries) == [0, 60, 60, 60]
    assert read("SELECT count(*) FROM order_lines") == [(60,)]
    assert read("SELECT count(*) FROM customers") == [(60,)]


def test_a_second_load_waits_for_the_first_to_end(service_engine, tenant_id, line):
    staged, go_on = Event(), Event()

    def slow_source():
        yield line("O1", "a")
        staged.set()
        assert go_on.wait(wait.PATIENCE_SECONDS)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(load_sales, service_engine, tenant_id, order_lines=slow_source())
        assert staged.wait(wait.PATIENCE_SECONDS)
        second = pool.submit(
            load_sales, service_engine, tenant_id, order_lines=[line("O1", "a", quantity=2)]
        )
        assert not second.done()
        go_on.set()
        assert first.result(10).version == 1
        assert second.result(10).orders_replaced == 1
