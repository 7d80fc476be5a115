"""Orders that a file has and that are no sales, so that none of before stays in the ledger.

A shop's export is taken again: an order that it had as sold may have been cancelled, have failed or
have lost its goods since. Its reader leaves it out; the sale of before goes with it.
"""

from collections.abc import Iterator

from ingest.csv.notes import Notes

TAKEN_OUT = "counted as sold before and is no sale any more; it was taken out"


class NoSales:
    """Collects them while a file is read: an id each is held. ``notes`` say which had been sold."""

    def __init__(self, notes: Notes | None = None) -> None:
        self._notes = notes
        self._platform_ids: dict[str, str | None] = {}

    def add(self, order_id: str, platform_id: str | None = None) -> None:
        """Note an order that is no sale; ``platform_id`` is the platform's, where there is one."""
        self._platform_ids[order_id] = platform_id

    def taken_out(self, order_id: str) -> None:
        """Say that the ledger had it as sold."""
        if self._notes is not None:
            self._notes.add(TAKEN_OUT, order_id)

    def __iter__(self) -> Iterator[tuple[str, str | None]]:
        """The orders, with the platform's ids."""
        return iter(self._platform_ids.items())
