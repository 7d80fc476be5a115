"""A line chart of measures day by day, and of the same measures over weeks and the whole window.

A week's figure is worked out from the sums of its days: a ratio is that of the week, never a sum or
a mean of daily ratios.
"""

from collections.abc import Sequence

import msgspec

from common.reports.document.headlines import BestDay
from common.reports.document.schema import LineChart, Series
from common.reports.model import Scope
from common.reports.presenting.elements import series
from common.reports.presenting.measures import Measure
from common.reports.presenting.weeks import days_of, weeks
from common.reports.totals.totals import Totals, total


def line_chart(
    scope: Scope,
    measures: Sequence[Measure],
    days: Sequence[Totals],
    previous_days: Sequence[Totals],
    *,
    description: str,
    beside: Sequence[Series] = (),
) -> LineChart:
    """The measures over ``days``, each with the day as far into the previous window.

    ``beside`` are series without weeks; they come after the first measure.
    """
    dates = scope.window.dates(scope.zone)
    previous_dates = scope.previous.dates(scope.zone)
    parts = weeks(dates)
    first, *others = (_series(measure, days, previous_days, parts) for measure in measures)
    return LineChart(
        key="daily",
        title="Day by day",
        description=description,
        labels=dates,
        previous_labels=previous_dates,
        series=(first, *beside, *others),
        weeks=days_of(dates, parts),
        previous_weeks=days_of(previous_dates, parts),
    )


def best_day(scope: Scope, measure: Measure, days: Sequence[Totals]) -> BestDay | None:
    """The day with the highest value; None of one day, without one above 0, and of several."""
    values = [measure.of(each) or 0 for each in days]
    highest = max(values, default=0)
    if highest <= 0 or len(values) == 1 or values.count(highest) > 1:
        return None
    day = scope.window.dates(scope.zone)[values.index(highest)]
    return BestDay(key=measure.figure.key, unit=measure.figure.unit, day=day, value=highest)


def _series(
    measure: Measure,
    days: Sequence[Totals],
    previous_days: Sequence[Totals],
    parts: Sequence[slice],
) -> Series:
    figure, of, exact = measure
    inexact = exact is not of
    made = series(
        figure,
        tuple(map(of, days)),
        tuple(map(of, previous_days)),
        exact=(tuple(map(exact, days)), tuple(map(exact, previous_days))) if inexact else None,
    )
    sums, previous_sums = ([total(each[part]) for part in parts] for each in (days, previous_days))
    weekly_changes = tuple(map(figure.change_of, map(exact, sums), map(exact, previous_sums)))
    whole, previous_whole = total(days), total(previous_days)
    return msgspec.structs.replace(
        made,
        weekly_changes=weekly_changes if inexact else None,
        weekly=tuple(map(of, sums)),
        weekly_previous=tuple(map(of, previous_sums)),
        total=of(whole),
        total_previous=of(previous_whole),
        total_change=figure.change_of(exact(whole), exact(previous_whole)),
    )
