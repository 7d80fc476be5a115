"""The files of an import: what each is about, and their bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class FileKind(StrEnum):
    """What a file of an import is about."""

    ORDERS = "orders"
    REFUNDS = "refunds"
    PRODUCTS = "products"
    STOCK = "stock"

    @property
    def plain_name(self) -> str:
        """What a file of the kind is called where nobody has named it."""
        return f"{self}.csv"


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file: the name that errors call it by, and its bytes in blocks, read once."""

    name: str
    blocks: Iterable[bytes]
