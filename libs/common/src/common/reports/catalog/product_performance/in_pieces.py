"""From a catalogue that is read in pieces to its standing: memory does not grow with the shop."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from common.reports.catalog.product_performance import movers
from common.reports.catalog.product_performance.ranking import (
    CLASSES,
    LIMITS,
    Ranked,
    bands_of_sums,
    place,
)
from common.reports.catalog.product_performance.standing import FRONT, Categories, Standing
from common.reports.sales.catalogue import Catalogue, ClassSums, Placed
from common.reports.totals.margins import Margins
from common.reports.totals.totals import window_total


def standing(
    catalogue: Catalogue, categories: Categories, margins: Margins | None = None
) -> Standing:
    """The standing of a shop's products, with its sums by category, and margins if they are told.

    Its rows are read while the transaction lasts.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    sums = catalogue.classes(LIMITS, FRONT)
    come_back, moved = catalogue.come_back(), catalogue.movers(movers.EACH_WAY)
    ranked = _rows(catalogue.ranked(), _positive(sums))
    front = tuple(islice(ranked, FRONT))
    others = [each for each in sums if not each.in_front]
    return Standing(
        count=sum(each.products for each in sums),
        front=tuple(each for each, _ in front),
        whole=window_total(sums),
        others=window_total(others),
        others_positive=_positive(others),
        sold=sum(each.sold for each in sums),
        sold_before=sum(each.sold_before for each in sums),
        come_back=come_back,
        bands=bands_of_sums(_by_class(sums)),
        moved=moved,
        categories=categories,
        margins=margins,
        rows=chain(front, ranked),
    )


def rows(catalogue: Catalogue) -> Iterator[tuple[Ranked, int | None]]:
    """The rows of ``standing`` alone, which are a third of its work.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    return _rows(catalogue.ranked(), catalogue.positive_net())


def _rows(placed: Iterable[Placed], whole: int) -> Iterator[tuple[Ranked, int | None]]:
    above = 0
    for number, (product, gained, come_back) in enumerate(placed, start=1):
        yield place(number, product, above, whole, gained), come_back
        above += product.totals.net


def _positive(sums: Iterable[ClassSums]) -> int:
    return sum(each.totals.net for each in sums if each.place is not None)


def _by_class(sums: Iterable[ClassSums]) -> dict[str | None, tuple[int, int]]:
    found: dict[str | None, tuple[int, int]] = {}
    for each in sums:
        name = None if each.place is None else CLASSES[each.place]
        count, net = found.get(name, (0, 0))
        found[name] = (count + each.products, net + each.totals.net)
    return found
