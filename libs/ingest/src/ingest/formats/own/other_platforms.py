"""Sales files of platforms that no format reads, by their columns: to say so in one sentence.

Without it a file of another platform is told by a dozen columns that are missing, or it looks like
a platform's that names its columns alike.
"""

from typing import Final

from ingest.formats.model import FileOf

_NOT_READ: Final = "it is not read; write its sales in our own columns"
_SIGNS: Final = {
    "an orders export of Squarespace": {"order id", "lineitem quantity", "lineitem variant"},
    "an orders export of Wix": {"order number", "date created", "total order quantity"},
    "an orders export of BigCommerce": {"order id", "order status", "order total (inc tax)"},
    "an orders export of Magento": {"id", "grand total (base)", "grand total (purchased)"},
    "an export of items sold on Etsy": {"sale date", "item name", "buyer", "transaction id"},
    "an export of orders of Etsy": {"sale date", "order id", "number of items", "order value"},
    "a sales report of Square": {"time zone", "gross sales", "net sales", "event type"},
    "an orders report of eBay": {"sales record number", "order number", "sold for"},
    "an orders report of Amazon": {"amazon-order-id", "purchase-date"},
    "an activity report of PayPal": {"timezone", "gross", "fee", "net", "transaction id"},
}
OTHER_PLATFORMS: Final = tuple(
    FileOf(label, frozenset(signs), refused=_NOT_READ) for label, signs in _SIGNS.items()
)
