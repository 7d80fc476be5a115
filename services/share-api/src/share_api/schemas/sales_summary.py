"""Response schemas of sales by JSON, in camelCase."""

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
    notes: tuple[str, ...]
