"""Figures of product performance alone: places, shares and classes of products."""

from common.reports.document.metrics import Better, Figure, Revision, Unit

RANK = Figure("rank", "Rank", Unit.RANK, "Place by net sales, the highest first; ties by id.")
RANK_CHANGE = Figure(
    "rank_change",
    "Rank change",
    Unit.COUNT,
    "Places gained (or lost, negative) from the days compared with, among the products with sales"
    " or returns in either; empty for a product without any then.",
    Better.UP,
    revisions=(
        Revision("2026-11-28", "From a place among those that moved before to one among all."),
    ),
)
SHARE = Figure(
    "share_of_net_sales_percent",
    "Share of net sales",
    Unit.PERCENT,
    "Net sales of the product in percent of those of all products with positive net sales; empty"
    " when its own are not positive.",
    revisions=(Revision("2026-11-28", "Of all net sales, those below 0 included."),),
)
CUMULATIVE_SHARE = Figure(
    "cumulative_share_percent",
    "Cumulative share",
    Unit.PERCENT,
    "Share of this product and all ranked above it; empty when its net sales are not positive.",
    revisions=(Revision("2026-11-28", "Of all net sales, those below 0 included."),),
)
ABC = Figure(
    "abc_class",
    "ABC class",
    Unit.TEXT,
    "A: the products that make the first 80 % of positive net sales; B: up to 95 %; C: the rest."
    " The one that crosses a line is in the upper class; one without positive net sales in none.",
    revisions=(Revision("2026-11-28", "Of all net sales, those below 0 included."),),
)
PRODUCTS_SOLD = Figure(
    "products_sold", "Products sold", Unit.COUNT, "Products with at least one unit sold.", Better.UP
)
