"""Changes of days whose page leaves them to the CSV are told as its document tells them."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from redis import Redis
from tests.browser.conftest import Open
from tests.support.samples import NOW, Sample, scope_of

from common.reports import registry
from common.reports.catalog.revenue_overview.definition import RevenueOverview
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.schema import LineChart
from common.reports.document.series_changes import changes_of
from common.reports.totals.totals import Totals
from common.reports.window import Dates, window_of
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import Meta, pack
from worker.reports import csv_export

REPORT = "revenue-overview"
COUNT = 130
LAST = date(2026, 4, 30)
DAYS = (
    # gross and orders now and before: from 1.00 to 20.00, to 19.90 from none, from 20.01 / 3,
    # to all but a cent less, the same but for a third of a cent, none of either.
    (Totals(gross=20_00, orders=1), Totals(gross=1_00, orders=1)),
    (Totals(gross=19_90, orders=1), Totals()),
    (Totals(gross=50_00, orders=4), Totals(gross=20_01, orders=3)),
    (Totals(gross=1, orders=1), Totals(gross=1_000_00, orders=1)),
    (Totals(gross=200_000_01, orders=3), Totals(gross=200_000_00, orders=3)),
    (Totals(), Totals()),
    (Totals(gross=12_349_60, orders=100), Totals(gross=110_00, orders=1)),
)
ASKED = """
    async () => {
        const island = JSON.parse(document.getElementById("report-data").textContent);
        const [chart] = island.charts.filter(({ key }) => key === "daily");
        await globalThis.salesReport.chartDays(chart);
        const { change } = globalThis.salesReport.fixedPoint;
        return Object.fromEntries(chart.series.map((series) => {
            const told = series.changes
                ?? series.values.map((each, place) => change(each, series.previous[place], series));
            const said = told.map((each) => each && [each.kind, String(each.value)]);
            return [series.key, said];
        }));
    }
"""


def spelled(change: Change | None) -> list[str] | None:
    return None if change is None else [change.kind.value, str(change.value)]


def test_a_day_of_a_long_page_changes_as_its_document_says(
    visit: Open, redis_client: Redis
) -> None:
    dates = Dates(LAST - timedelta(days=COUNT - 1), LAST)
    sample = Sample(REPORT, window=window_of(dates, ZoneInfo("Europe/Berlin"), now=NOW))
    pairs = [DAYS[place % len(DAYS)] for place in range(COUNT)]
    now, before = zip(*pairs, strict=True)
    definition = registry.find(REPORT)
    made = definition.present(RevenueOverview(now, before), scope_of(sample.window))
    packed = csv_export.write(definition.columns, made.rows, made.document.money_exponent)
    about = made.document
    meta = Meta(about.as_of, about.data_version, datetime.now(UTC), f"{REPORT}.csv")
    ReportCache(redis_client, keep_seconds=600).store(sample.key, pack(meta, about, packed))
    sample.activate(redis_client)
    line = next(each for each in about.sections if isinstance(each, LineChart))
    wanted = {each.key: list(map(spelled, changes_of(each))) for each in line.series}
    assert wanted["average_order_value"][:7] == [
        [ChangeKind.MULTIPLE.value, "2000"],
        None,
        [ChangeKind.PERCENT.value, str(round(Fraction(1250 * 3, 2001) * 10_000 - 10_000))],
        [ChangeKind.DIFFERENCE.value, "-99999"],
        [ChangeKind.DIFFERENCE.value, "0"],
        None,
        [ChangeKind.PERCENT.value, "1227"],
    ]
    page = visit(sample.path).page
    assert page.evaluate(ASKED) == wanted
