"""Response schemas of sales by JSON, in camelCase."""

from datetime import date

from pydantic import Field

from share_api.schemas.api_model import ApiModel


class OrdersSummary(ApiModel):
    """What became of the orders of a batch."""

    new: int
    replaced: int
    unchanged: int


class ProductsSummary(ApiModel):
    """What became of the products of a batch: ``listed`` in it, ``new`` to the ledger."""

    new: int
    listed: int


class ChangedDay(ApiModel):
    """How many orders of a day changed after it was over."""

    day: date
    orders: int


class ClosedDaysSummary(ApiModel):
    """Orders that were changed after their day: reports of these days have other figures now."""

    orders: int
    days: int
    by_day: tuple[ChangedDay, ...] = Field(
        description="In the shop's time zone, in order, the last hundred."
    )


class SalesSummary(ApiModel):
    """What a batch did, as the result of an import says it; of a check, what it would do."""

    checked: bool = Field(description="Whether it was taken back.")
    orders: OrdersSummary
    lines: int
    refunds: int
    cancellations_without_payment: int
    products: ProductsSummary
    stock_counts: int
    net_sales: str = Field(description="Of the batch, in major units.")
    currency: str
    first_event_at: str | None
    last_event_at: str | None
    ledger_version: int | None
    closed_days: ClosedDaysSummary
    notes: tuple[str, ...]
