"""What an import format states of itself, and what its reader does."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

from common.http.wording import Wording
from ingest.csv.faults import Faults
from ingest.csv.headers import Kinds, folded
from ingest.csv.notes import Notes
from ingest.csv.table import Table
from ingest.formats.reconciliation import Reconciliation
from ingest.gaps import Gaps
from ingest.rows import RefundRow
from ingest.sources import FileKind

Read = Callable[[str, Iterable[bytes]], Iterator[Any]]
"""Turns a file's name and its blocks into the loader's rows of its kind (``ingest.rows``)."""


class TaxFoundOutError(ValueError):
    """It was said whether prices include the tax, of a format that finds it out by its totals."""

    def __init__(self, layout: "ImportFormat") -> None:
        super().__init__(
            f"whether prices include the tax is found out in {layout.label}: do not say so"
        )


class FileOf(NamedTuple):
    """A kind of file of a format: what people call it, and the columns it is recognised by.

    ``signs`` are those names, however written, or patterns of them with ``*``, of files that are
    not read. A file has all of them and may have others. ``refused`` says why a file that is
    recognised is not read.
    """

    label: str
    signs: frozenset[str]
    refused: str | None = None


_BELONGS: Final[Mapping[FileKind, Callable[[FileOf], str]]] = {
    FileKind.REFUNDS: lambda file: Wording("%(file)s: give it as refunds", file=file.label),
    FileKind.PRODUCTS: lambda file: Wording("%(file)s: give it as products", file=file.label),
    FileKind.STOCK: lambda file: Wording("%(file)s: give it as stock", file=file.label),
}
"""Where a file of the fallback is to be given that is not one of orders."""


@dataclass(frozen=True, slots=True)
class ImportFormat:
    """An import format by its ``name``, as requests and commands call it; people read the others.

    ``label`` is what a file of it is, within a sentence, ``title`` whose it is: its ``name`` where
    that says as much.

    ``files`` are those it takes; one of them is the orders'. Files of the other kinds are read by
    the format that is the ``fallback``, of which there is one: it is meant where none is named and
    none is recognised. ``columns`` spells the ledger's columns as the orders' file does, for what
    the ledger finds; None where the file has no such column. ``products_by_title`` says that a
    product is named by its SKU, or by its title where it has none. Formats stand in order of their
    ``place``. ``layouts`` are further ways in which the orders' file comes, and files of the
    platform that are recognised to say why they are not read. A line of the orders' file holds up
    to ``rows_a_line`` rows: their positions are the line times that, and their number in it.
    ``gift_cards_are_sales`` is what the platform takes a gift card that it sold for.
    ``prices_may_include_tax`` says that the sender is asked: other formats find it out. ``labels``
    are names of columns in other languages, with those that they stand for.
    """

    name: str
    label: str
    files: Mapping[FileKind, FileOf]
    columns: Mapping[str, str | None] = field(default_factory=dict)
    products_by_title: bool = False
    fallback: bool = False
    place: int = 1000
    layouts: tuple[FileOf, ...] = ()
    rows_a_line: int = 1
    gift_cards_are_sales: bool = True
    prices_may_include_tax: bool = False
    title: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def require_prices_with_tax(self) -> None:
        """Whether the sender may say that prices include the tax.

        Raises:
            TaxFoundOutError: the format finds it out of its own totals.
        """
        if not self.prices_may_include_tax:
            raise TaxFoundOutError(self)

    @property
    def kinds(self) -> Kinds:
        """The columns of each of its files, by what a person is told who gave it for another."""
        others = {
            _BELONGS[kind](file): file.signs
            for kind, file in self.files.items()
            if kind is not FileKind.ORDERS
        }
        return others | {
            self._as_orders(file): file.signs
            for file in (self.files[FileKind.ORDERS], *self.layouts)
        }

    def _as_orders(self, file: FileOf) -> str:
        """What a file of orders is, and how it is to be given, or why it is not read."""
        if file.refused is not None:
            return Wording("%(file)s: %(why)s", file=file.label, why=file.refused)
        return Wording(
            "%(file)s: give it as orders (format %(format)s)", file=file.label, format=self.name
        )

    def layout_of(self, names: Set[str]) -> FileOf | None:
        """The layout of a file of orders with columns of these ``names``, which are ``folded``.

        Of several, the one that names the most; None where it is none that can be read.
        """
        layouts = (self.files[FileKind.ORDERS], *self.layouts)
        meant = {folded(self.labels[label]) for label in self.labels if folded(label) in names}
        names = names | meant
        fitting = [
            each for each in layouts if not each.refused and set(map(folded, each.signs)) <= names
        ]
        return max(fitting, key=lambda each: len(each.signs), default=None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader is given: a shop's ``currency`` (ISO 4217), and where it tells what it finds.

    ``timezone`` (IANA) is the one that times without an offset are meant in.
    ``given`` are the kinds of all files of the import; ``kinds`` tell files of the wrong kind.
    ``gaps`` take what the files cannot know of the orders.
    A gift card that was sold is left out unless ``gift_cards_are_sales``; ``prices_include_tax`` is
    for formats that cannot tell.
    """

    currency: str
    faults: Faults
    notes: Notes
    given: frozenset[FileKind] = frozenset()
    kinds: Kinds = field(default_factory=dict)
    timezone: str = "UTC"
    gaps: Gaps = field(default_factory=Gaps)
    gift_cards_are_sales: bool = True
    prices_include_tax: bool = False


class Reader(Protocol):
    """Reads the files of one import; each of ``files`` is read to its end, the orders' first.

    ``tables`` are the files that were opened, and count their rows. ``reconciliation`` says what
    became of the orders' totals, where the format has any.
    """

    @property
    def tables(self) -> Sequence[Table]:
        """The files opened so far."""

    @property
    def reconciliation(self) -> Reconciliation:
        """What became of the orders' totals."""

    @property
    def files(self) -> Mapping[FileKind, Read]:
        """How each kind of file is read."""

    def refunds_of_orders(self) -> Iterator[RefundRow]:
        """The refunds that the orders' file tells; read after it."""

    def close(self) -> None:
        """Give back what was held until the refunds were read."""
