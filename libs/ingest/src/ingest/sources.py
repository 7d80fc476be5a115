"""The files of an import: what each is about, whose columns they have, and their bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """Whose columns the orders' file has."""

    OWN = "own"
    SHOPIFY = "shopify"


class FileKind(StrEnum):
    """What a file of an import is about."""

    ORDERS = "orders"
    REFUNDS = "refunds"
    PRODUCTS = "products"
    STOCK = "stock"


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file: the name that errors call it by, and its bytes in blocks, read once."""

    name: str
    blocks: Iterable[bytes]
