"""The figures that only sales velocity shows."""

from common.reports.document.metrics import Better, Figure, Unit

UNITS_PER_DAY = Figure(
    "units_per_day",
    "Units per day",
    Unit.RATE,
    "Units sold divided by the days of the window; of a product, by its days in stock.",
    Better.UP,
)
ORDERS_PER_DAY = Figure(
    "orders_per_day",
    "Orders per day",
    Unit.RATE,
    "Orders paid divided by the days of the window.",
    Better.UP,
)
NET_PER_DAY = Figure(
    "net_sales_per_day",
    "Net sales per day",
    Unit.MONEY,
    "Net sales divided by the days of the window, rounded half even.",
    Better.UP,
)
TREND = Figure(
    "trend_units_per_week",
    "Trend, units per day each week",
    Unit.RATE,
    "Units per day gained or lost each week: seven times the slope of a straight line fitted to"
    " the daily units sold by least squares.",
    Better.UP,
)
AVERAGE = Figure(
    "units_sold_7_day_average",
    "7-day average of units",
    Unit.RATE,
    "Mean of the units sold on the day and the six days before it.",
)
WEEKDAY_UNITS = Figure(
    "units_sold_by_weekday",
    "Units on an average weekday",
    Unit.RATE,
    "Units sold on that weekday divided by how often it occurs in the window.",
)

ON_HAND = Figure(
    "on_hand",
    "On hand",
    Unit.COUNT,
    "Pieces at the latest stock count before the window's end; empty where none was imported.",
)
DAYS_IN_STOCK = Figure(
    "days_in_stock",
    "Days in stock",
    Unit.COUNT,
    "Days of the window less those that lie whole between a count of 0 and the next count above it;"
    " all days where nothing was counted, or the counts leave no day for what was sold.",
)
DAYS_OF_COVER = Figure(
    "days_of_cover",
    "Days of cover",
    Unit.RATE,
    "How long the pieces on hand last at the window's pace: on hand divided by units per day,"
    " from the units themselves; 0 with nothing on hand, empty without a count or without sales.",
)
