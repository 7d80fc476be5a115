"""Report types that are announced and not implemented: listed, and refused when called."""

from typing import Any

from common.reports.model import Definition

DEFINITIONS: tuple[Definition[Any], ...] = (
    Definition("customer-insights", "Customer insights", "New and returning customers."),
    Definition("coupon-impact", "Coupon impact", "What coupons brought in and what they cost."),
    Definition("time-of-day-heatmap", "Time of day", "Sales by weekday and hour."),
    Definition("inventory-turnover", "Inventory turnover", "How often stock is sold and renewed."),
    Definition("refund-cancel-rate", "Refunds and cancellations", "What comes back, and when."),
    Definition("channel-performance", "Channel performance", "Sales by channel."),
    Definition("geographic-distribution", "Geography", "Sales by country and region."),
)
