"""What of an order bears its tax: taxable lines, and the shipping unless the rate excludes it.

The export says of each line whether it is taxable. Of the shipping it says nothing: where the
order's rate gives its taxes for the goods alone, and not for goods and shipping, it bears none.
"""

from collections.abc import Sequence

from ingest.formats.shopify.reconcile import Goods, Sums
from ingest.formats.shopify.tax_rates import goods_alone


def bears_tax(
    lines: Sequence[Goods], paid: Sequence[int], shipping: int, sums: Sums, *, inside: bool
) -> list[bool]:
    """Of each line, and at the end of the shipping, whether it bears tax.

    ``paid`` are the lines after all discounts in minor units, as ``shipping`` is; ``inside`` says
    that both include the tax. Lines none of which is taxable are all taken to bear it.
    """
    taxable = [line.taxable for line in lines]
    if not any(taxable):
        taxable = [True] * len(lines)
    goods = sum(amount for amount, bears in zip(paid, taxable, strict=True) if bears)
    alone = goods_alone(
        sums.rate, sums.taxes, goods, shipping, inside=inside, rounding=1 + len(lines)
    )
    return [*taxable, not alone]
