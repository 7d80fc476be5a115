"""From a shop's sums to sales by channel."""

from common.reports.sales.dimensions import CHANNEL
from common.reports.sales.protocol import Sales
from sales_by_channel.definition import SalesByChannel


def query(sales: Sales) -> SalesByChannel:
    """The totals of each channel."""
    return SalesByChannel(channels=sales.totals(CHANNEL))
