"""The figures that only sales velocity shows."""

from common.reports.document.metrics import Better, Figure, Revision, Unit

ALL_DAYS = Revision("2026-12-01", "Divided by all days, those not known included.")

UNITS_PER_DAY = Figure(
    "units_per_day",
    "Units per day",
    Unit.RATE,
    "Items sold divided by the known days of the report; of a product, by its days in stock, and"
    " never more than the shop's.",
    Better.UP,
    revisions=(
        Revision("2026-11-28", "Of a product, nothing kept it at or below the shop's."),
        ALL_DAYS,
    ),
)
ORDERS_PER_DAY = Figure(
    "orders_per_day",
    "Orders per day",
    Unit.RATE,
    "Orders paid divided by the known days of the report.",
    Better.UP,
    revisions=(ALL_DAYS,),
)
NET_PER_DAY = Figure(
    "net_sales_per_day",
    "Net sales per day",
    Unit.MONEY,
    "Net sales divided by the known days of the report.",
    Better.UP,
    revisions=(ALL_DAYS,),
)
TREND = Figure(
    "trend_units_per_week",
    "Trend, units per day each week",
    Unit.RATE,
    "Units per day gained or lost each week, by a straight line through the whole weeks up to the"
    " last known day, at least three. In 19 of 20 cases it is off by no more than what stands after"
    " ±; where it may as well be none, there is no clear trend.",
    Better.UP,
    signed=True,
    revisions=(
        Revision("2026-11-28", "Fitted to days, weekdays included, and compared in percent."),
        Revision("2026-12-01", "Days that are not known were weeks without sales."),
    ),
)
TOO_SHORT = "A trend takes three whole weeks."

AVERAGE = Figure(
    "units_sold_7_day_average",
    "7-day average of units",
    Unit.RATE,
    "Average of the items sold on the day and the six days before it; empty where one of them is"
    " not known.",
    revisions=(Revision("2026-12-01", "Days that are not known were days without sales."),),
)
WEEKDAY_UNITS = Figure(
    "units_sold_by_weekday",
    "Units on an average weekday",
    Unit.RATE,
    "Items sold on that weekday divided by how often it occurs among the known days of the report.",
    revisions=(ALL_DAYS,),
)

ON_HAND = Figure(
    "on_hand",
    "On hand",
    Unit.COUNT,
    "Pieces at the latest stock count up to the report's last day, less what was sold since, plus"
    " what came back; empty without a recent count, when more was sold than it said, and where"
    " sales up to that day are not known.",
    revisions=(
        Revision("2026-11-28", "The count itself, however old."),
        Revision("2026-12-01", "What is not known to be sold was not taken off."),
    ),
)
COUNTED_AT = Figure(
    "counted_at",
    "Counted on",
    Unit.DATE,
    "Day of the latest stock count up to the report's last day, in the shop's time zone.",
)
DAYS_IN_STOCK = Figure(
    "days_in_stock",
    "Days in stock",
    Unit.COUNT,
    "Known days of the report less the whole days from a count of 0 to the next count above it or"
    " the next sale, whichever comes first.",
    revisions=(
        Revision("2026-11-28", "Sales after a count of 0 ended nothing."),
        Revision("2026-12-01", "Of all days of the report, those not known included."),
    ),
)
DAYS_OF_COVER = Figure(
    "days_of_cover",
    "Days of cover",
    Unit.RATE,
    "How long the pieces on hand last at this pace: on hand divided by units per day; 0 with"
    " nothing on hand, empty without sales or where on hand is not known.",
    revisions=(
        Revision("2026-11-28", "By the count itself, however old."),
        Revision("2026-12-01", "At a pace that took days not known for days without sales."),
    ),
)
