"""An export of the one order of WooCommerce that tests tell of, its time as a shop spells it."""

from tests.support import woocommerce_orders

from ingest.import_files import FileKind


def file_of(placed: str) -> dict[FileKind, bytes]:
    """An export of the order that events call 1, placed at a time that is spelt so."""
    goods = {"name": "P1", "sku": "P1", "quantity": 1, "before": 6_000, "total": 6_000}
    head = {"customer": 5, "email": "", "shipping": 0, "fee": 0, "tax": 0, "discount": 0}
    start = woocommerce_orders.START
    story = woocommerce_orders.Story(
        0, head | {"total": 6_000}, [goods], start, "completed", paid=None
    )
    content = woocommerce_orders.export([story]).decode()
    content = content.replace("700", "1").replace(f"{start:%Y-%m-%d %H:%M:%S}", placed)
    assert placed in content
    return {FileKind.ORDERS: content.encode()}
